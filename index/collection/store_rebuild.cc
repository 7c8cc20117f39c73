#include "index/collection/collection_card.h"
#include "index/collection/store_impl.h"
#include "index/collection/sync_point.h"

namespace temblor {
namespace {

/// The catalog is damaged or not there. Errors: it is neither, or somebody is at work with it.
Status check_needed(const std::string& folder, const std::string& path,
                    const StoreOptions& options) {
    TEMBLOR_ASSIGN_OR_RETURN(const bool is_there,
                             options.collection.files->exists(path + "/CURRENT"));
    if (!is_there) return Status::ok();
    const auto opened = Catalog::open(path, options.collection.database);
    if (opened.is_ok()) return Status::invalid_argument(folder + ": the catalog is whole");
    return Catalog::is_in_use(opened.status()) ? opened.status() : Status::ok();
}

}  // namespace

Result<std::vector<std::string>> Store::rebuild_catalog(const std::string& folder,
                                                        const StoreOptions& options) {
    FileSystem& files = *options.collection.files;
    const std::string path = folder + "/catalog";
    const std::string made = folder + "/catalog.new";
    const std::string aside = folder + "/catalog.damaged";
    TEMBLOR_RETURN_IF_ERROR(check_needed(folder, path, options));
    TEMBLOR_ASSIGN_OR_RETURN(const StoreFolders held,
                             StoreFolders::list(folder + "/collections", files));
    CatalogState state;
    for (auto number = held.numbers.rbegin(); number != held.numbers.rend(); ++number) {
        const std::string place = folder + "/collections/" + std::to_string(*number);
        TEMBLOR_ASSIGN_OR_RETURN(const bool has_database, files.exists(place + "/db"));
        if (!has_database) continue;  // it was being made or removed
        const auto card = CollectionCard::read(place, files);
        std::string name = card.is_ok() ? card->name : "collection";
        if (!card.is_ok() || state.collections.contains(name))
            name += " (" + std::to_string(*number) + ")";
        state.collections.emplace(std::move(name), *number);
    }
    TEMBLOR_RETURN_IF_ERROR(files.remove_tree(made));
    {
        TEMBLOR_ASSIGN_OR_RETURN(const auto catalog,
                                 Catalog::open(made, options.collection.database));
        TEMBLOR_RETURN_IF_ERROR(catalog->commit(state));
    }
    SyncPoint::reach("catalog:before_rename");
    TEMBLOR_ASSIGN_OR_RETURN(const bool is_there, files.exists(path));
    if (is_there) {
        TEMBLOR_RETURN_IF_ERROR(files.remove_tree(aside));
        TEMBLOR_RETURN_IF_ERROR(files.rename(path, aside));
    }
    TEMBLOR_RETURN_IF_ERROR(files.rename(made, path));
    TEMBLOR_RETURN_IF_ERROR(files.sync_folder(folder));
    std::vector<std::string> names;
    for (const auto& [name, number] : state.collections) names.push_back(name);
    return names;
}

}  // namespace temblor
