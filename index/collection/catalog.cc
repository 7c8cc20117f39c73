#include "index/collection/catalog.h"

#include <algorithm>

#include <simdjson.h>

#include "index/collection/limits.h"
#include "index/collection/point_codec.h"
#include "index/collection/sync_point.h"

namespace temblor {
namespace {

constexpr std::string_view kCollection = "collection/";
constexpr std::string_view kAlias = "alias/";
constexpr std::string_view kInUse = ": in use by another process";

/// It holds a few names.
DatabaseOptions small(DatabaseOptions options) {
    options.cache_bytes = uint64_t{1} << 20;
    options.write_buffer_bytes = uint64_t{1} << 20;
    return options;
}

std::string key_of(std::string_view kind, const std::string& name) {
    return std::string(kind) + name;
}

std::string stored(uint64_t number) { return encode_ordinal(number); }
const std::string& stored(const std::string& name) { return name; }

/// The changes from one map to another.
template <typename Map>
void add_changes(std::string_view kind, const Map& before, const Map& after, DatabaseBatch& batch) {
    for (const auto& [name, value] : before) {
        if (!after.contains(name)) batch.erase(Table::kMeta, key_of(kind, name));
    }
    for (const auto& [name, value] : after) {
        const auto old = before.find(name);
        if (old == before.end() || old->second != value)
            batch.put(Table::kMeta, key_of(kind, name), stored(value));
    }
}

Result<CatalogState> read(Database& database) {
    CatalogState state;
    TEMBLOR_RETURN_IF_ERROR(database.view()->scan(
        Table::kMeta, {}, {}, [&](std::string_view key, std::string_view value) -> Result<bool> {
            if (key.starts_with(kCollection)) {
                TEMBLOR_ASSIGN_OR_RETURN(const uint64_t number, decode_ordinal(value));
                state.collections.emplace(key.substr(kCollection.size()), number);
            } else if (key.starts_with(kAlias)) {
                state.aliases.emplace(key.substr(kAlias.size()), value);
            } else {
                return Status::corruption("an entry that is neither a collection nor an alias");
            }
            return true;
        }));
    for (const auto& [alias, name] : state.aliases) {
        if (!state.collections.contains(name))
            return Status::corruption("alias \"" + alias + "\" of no collection");
    }
    return state;
}

}  // namespace

Status check_collection_name(const std::string& what, const std::string& name) {
    const auto wrong = [&](const std::string& why) {
        return Status::invalid_argument(what + ": " + why);
    };
    if (name.empty() || name.size() > CollectionLimits::kNameBytes) {
        return wrong(std::to_string(name.size()) + " bytes, expected 1 to " +
                     std::to_string(CollectionLimits::kNameBytes));
    }
    if (!simdjson::validate_utf8(name)) return wrong("is not UTF-8");
    if (std::ranges::any_of(name, [](char c) {
            const auto byte = static_cast<unsigned char>(c);
            return byte < 0x20 || byte == 0x7F || c == '/';
        })) {
        return wrong("holds a control character or '/'");
    }
    return Status::ok();
}

Catalog::Catalog(std::string folder, const DatabaseOptions& options)
    : folder_(std::move(folder)), options_(small(options)) {}

Result<std::unique_ptr<Catalog>> Catalog::open(const std::string& folder,
                                               const DatabaseOptions& options) {
    std::unique_ptr<Catalog> catalog(new Catalog(folder, options));
    TEMBLOR_RETURN_IF_ERROR(catalog->reopen());
    return catalog;
}

bool Catalog::is_in_use(const Status& status) {
    return status.code() == StatusCode::kIoError &&
           status.message().find(kInUse) != std::string::npos;
}

Status Catalog::reopen() {
    database_.reset();
    auto opened = Database::open(folder_, options_);
    if (!opened.is_ok()) {
        // RocksDB has no code of its own for this.
        const std::string& message = opened.status().message();
        if (message.find("While lock file") != std::string::npos ||
            message.find("lock hold by current process") != std::string::npos) {
            return {StatusCode::kIoError, folder_ + std::string(kInUse) + " (" + message + ")"};
        }
        return opened.status();
    }
    auto state = read(**opened);
    if (!state.is_ok()) return std::move(state).status().with_context(folder_);
    database_ = std::move(opened).value();
    state_ = std::move(state).value();
    return Status::ok();
}

Status Catalog::commit(const CatalogState& next) {
    if (database_ == nullptr) return Status::internal(folder_ + ": changed while in doubt");
    DatabaseBatch batch;
    add_changes(kCollection, state_.collections, next.collections, batch);
    add_changes(kAlias, state_.aliases, next.aliases, batch);
    if (batch.empty()) return Status::ok();
    SyncPoint::reach("catalog:before_write");
    if (Status status = database_->write(batch); !status.is_ok()) {
        database_.reset();
        return std::move(status).with_context(folder_);
    }
    SyncPoint::reach("catalog:after_write");
    // A log that is damaged may lose its last changes unnoticed, a table may not. What is
    // acknowledged is in the log already, so an error here takes nothing back.
    (void)database_->flush();
    state_ = next;
    return Status::ok();
}

}  // namespace temblor
