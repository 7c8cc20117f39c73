#include "cli/data_folder.h"

#include <fmt/format.h>

namespace temblor::cli {

StoreOptions command_store_options() {
    StoreOptions options;
    options.collection.background = false;
    return options;
}

Result<std::unique_ptr<Store>> open_store(const std::string& folder) {
    FileSystem& files = posix_file_system();
    TEMBLOR_ASSIGN_OR_RETURN(const bool has_catalog, files.exists(folder + "/catalog"));
    TEMBLOR_ASSIGN_OR_RETURN(const bool has_collections, files.exists(folder + "/collections"));
    if (!has_catalog && !has_collections)
        return Status::not_found(fmt::format("{}: no collections here", folder));
    return Store::open(folder, command_store_options());
}

Result<std::vector<StoredCollection>> chosen_collections(const Store& store,
                                                         const std::string& name) {
    std::vector<StoredCollection> all = store.collections();
    if (name.empty()) return all;
    std::erase_if(all, [&](const StoredCollection& c) { return c.name != name; });
    if (all.empty()) return Status::not_found(fmt::format("no collection \"{}\"", name));
    return all;
}

}  // namespace temblor::cli
