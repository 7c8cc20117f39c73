#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "data/status.h"
#include "index/collection/database.h"

namespace temblor {

/// Which collections a data folder holds, and under what other names.
struct CatalogState {
    std::map<std::string, uint64_t> collections;  ///< name -> number of its folder
    std::map<std::string, std::string> aliases;   ///< alias -> collection's name

    bool operator==(const CatalogState&) const = default;
};

/// The state on disk: a small database (table kMeta: "collection/NAME" -> number, "alias/NAME" ->
/// collection), changed in one synced batch at a time. One thread.
class Catalog {
public:
    /// Opens or makes it. One process at a time: a second is told so (kIoError). Errors:
    /// kCorruption, kIoError, kResourceExhausted.
    static Result<std::unique_ptr<Catalog>> open(const std::string& folder,
                                                 const DatabaseOptions& options);

    /// Whether open() failed because of another process.
    static bool is_in_use(const Status& status);

    [[nodiscard]] const CatalogState& state() const { return state_; }
    /// Makes `next` the state. After an error it is unknown which of the two is on disk, and
    /// nothing but reopen() may follow.
    Status commit(const CatalogState& next);
    [[nodiscard]] bool is_unsure() const { return database_ == nullptr; }
    /// Finds out what is on disk.
    Status reopen();

private:
    Catalog(std::string folder, const DatabaseOptions& options);

    std::string folder_;
    DatabaseOptions options_;
    std::shared_ptr<Database> database_;
    CatalogState state_;
};

/// 1 to 255 bytes of UTF-8 without control characters and '/'. `what` begins the message.
Status check_collection_name(const std::string& what, const std::string& name);

}  // namespace temblor
