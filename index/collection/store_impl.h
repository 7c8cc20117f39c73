#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "index/collection/catalog.h"
#include "index/collection/store.h"

namespace temblor {

/// The parts of a store, for its own sources (store*.cc).
///
/// Locks, in the order they are taken: change_mutex (one change of the catalog at a time; held over
/// its write and over opening after an error, never while a collection is made), serving_mutex (a
/// few instructions).
struct Store::Impl {
    struct Entry {
        uint64_t number = 0;
        std::shared_ptr<Collection> collection;
        Status error;
    };

    Impl(std::string path, const StoreOptions& how)
        : folder(std::move(path)), options(how), files(*options.collection.files) {}

    Status open();
    [[nodiscard]] std::string folder_of_number(uint64_t number) const;
    [[nodiscard]] Entry open_collection(uint64_t number) const;

    /// Writes collection.json anew where it cannot be read or has another name.
    void mend_card(const std::string& name, const Entry& entry) const;

    /// Makes a collection in a new folder and lists it, under a name that is kept free meanwhile.
    using Make = std::function<Result<std::shared_ptr<Collection>>(const std::string& path)>;
    Result<std::shared_ptr<Collection>> add(const std::string& name, const Make& make);
    Status drop(const std::string& name);
    Status change_aliases(const std::vector<AliasChange>& changes);
    Result<SalvageReport> salvage(const std::string& name, Progress& progress);

    // change_mutex is held:
    /// After a failed write of the catalog: finds out what is so, and makes what serves agree.
    Status settle();
    Status make_name_free(const std::string& what, const std::string& name) const;
    Status apply(const AliasChange& change, CatalogState& state) const;

    const std::string folder;
    const StoreOptions options;
    FileSystem& files;

    std::mutex change_mutex;
    std::unique_ptr<Catalog> catalog;
    uint64_t next_number = 1;
    std::set<std::string> reserved;  ///< names of collections that are being made
    std::set<uint64_t> doubtful;  ///< folders that are the catalog's if the failed write is on disk

    mutable std::shared_mutex serving_mutex;
    std::map<std::string, Entry> entries;
    std::map<std::string, std::string> served_aliases;
};

/// The numbers that name folders of collections, and what else lies there.
struct StoreFolders {
    std::vector<uint64_t> numbers;  ///< ascending
    std::vector<std::string> others;

    /// Nothing when there is no such folder.
    static Result<StoreFolders> list(const std::string& folder, FileSystem& files);
};

}  // namespace temblor
