#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "data/progress.h"
#include "data/status.h"
#include "index/collection/collection.h"
#include "index/collection/salvage.h"

namespace temblor {

struct StoreOptions {
    CollectionOptions
        collection;  ///< of every collection; its files and environment are the store's
};

/// `alias` becomes a name of `collection`, also when it was one of another.
struct SetAlias {
    std::string alias;
    std::string collection;
};
struct DeleteAlias {
    std::string alias;
};
/// `from` stays a name of the same collection under the name of `to`, which must be free.
struct RenameAlias {
    std::string from;
    std::string to;
};
using AliasChange = std::variant<SetAlias, DeleteAlias, RenameAlias>;

/// A collection of a store, as it is listed.
struct StoredCollection {
    std::string name;
    std::vector<std::string> aliases;  ///< sorted
    std::string folder;
    std::shared_ptr<Collection> collection;  ///< null when it did not open
    Status error;                            ///< why it did not
};

/// A data folder of many collections:
///   catalog/        which collections there are, and aliases: a small database
///   collections/N/  a collection; N is in the catalog, so names never become paths
///
/// Every change is one synced write of the catalog, whole or absent. What a crash left half made or
/// half removed goes at the next opening. Names and aliases share one space: 1 to 255 bytes of
/// UTF-8 without control characters and '/'. Thread-safe; looking up waits for nothing but other
/// look-ups and the swap of a map, never for a disk.
class Store {
public:
    /// Opens or makes the store. A collection that does not open is listed with its error and the
    /// others serve. Errors: kIoError (also: in use by another process), kCorruption (the catalog
    /// is damaged or gone, which rebuild_catalog() mends), kResourceExhausted.
    static Result<std::unique_ptr<Store>> open(const std::string& folder,
                                               const StoreOptions& options);
    /// Collections that others still hold stay open until they are let go.
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    /// Errors: kInvalidArgument (name, schema), kAlreadyExists, those of Collection::create.
    Result<std::shared_ptr<Collection>> create_collection(const std::string& name,
                                                          const Schema& schema);
    /// Its aliases go with it; its files when nobody holds it or a version of it any more.
    /// Errors: kNotFound (aliases are not dropped by this), those of the catalog.
    Status drop_collection(const std::string& name);
    /// A collection of this name from a snapshot (snapshot.h). Errors: kAlreadyExists, those of
    /// restore_snapshot() and of opening.
    Result<std::shared_ptr<Collection>> restore_collection(const std::string& name,
                                                           const std::string& archive,
                                                           Progress& progress);
    /// All changes together or none; each sees those before it. Errors name the alias: kNotFound,
    /// kAlreadyExists (a collection has the name, or RenameAlias::to is taken), kInvalidArgument.
    Status change_aliases(const std::vector<AliasChange>& changes);

    /// Errors: kNotFound; why it did not open.
    [[nodiscard]] Result<std::shared_ptr<Collection>> collection(
        const std::string& name_or_alias) const;
    /// By name.
    [[nodiscard]] std::vector<StoredCollection> collections() const;
    /// Alias and collection, by alias.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> aliases() const;

    /// Closes the collection if it is open, salvages it (salvage.h) and opens it again. Errors:
    /// kNotFound, kInvalidArgument (somebody holds it), those of salvage_collection() and of
    /// opening.
    Result<SalvageReport> salvage_collection(const std::string& name, Progress& progress);
    /// For a store that does not open because of its catalog: a new catalog from what the folders
    /// of collections say they are. Aliases are lost and dropped collections may be back. Of two
    /// with one name the newer gets it and the older "NAME (N)"; one that does not say its name is
    /// "collection (N)". The old catalog is kept as catalog.damaged. Returns the names. Errors:
    /// kInvalidArgument (the catalog is whole), kIoError (also: in use by another process).
    static Result<std::vector<std::string>> rebuild_catalog(const std::string& folder,
                                                            const StoreOptions& options);

private:
    Store();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace temblor
