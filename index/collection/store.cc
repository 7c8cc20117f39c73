#include "index/collection/store.h"

#include <algorithm>
#include <charconv>

#include "index/collection/collection_card.h"
#include "index/collection/snapshot.h"
#include "index/collection/store_impl.h"
#include "index/collection/sync_point.h"

namespace temblor {

Store::Store() = default;
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const std::string& folder, const StoreOptions& options) {
    std::unique_ptr<Store> store(new Store());
    store->impl_ = std::make_unique<Impl>(folder, options);
    TEMBLOR_RETURN_IF_ERROR(store->impl_->open());
    return store;
}

Result<StoreFolders> StoreFolders::list(const std::string& folder, FileSystem& files) {
    StoreFolders found;
    const auto held = files.list(folder);
    if (!held.is_ok() && held.status().code() == StatusCode::kNotFound) return found;
    if (!held.is_ok()) return held.status();
    for (const FileInfo& f : *held) {
        uint64_t number = 0;
        const auto [end, error] =
            std::from_chars(f.name.data(), f.name.data() + f.name.size(), number);
        const bool is_number = error == std::errc() && std::to_string(number) == f.name;
        if (is_number && f.is_folder) {
            found.numbers.push_back(number);
        } else {
            found.others.push_back(f.name);
        }
    }
    std::ranges::sort(found.numbers);
    return found;
}

std::string Store::Impl::folder_of_number(uint64_t number) const {
    return folder + "/collections/" + std::to_string(number);
}

Status Store::Impl::open() {
    const std::string collections = folder + "/collections";
    TEMBLOR_RETURN_IF_ERROR(files.create_folders(folder));
    TEMBLOR_ASSIGN_OR_RETURN(const StoreFolders there, StoreFolders::list(collections, files));
    TEMBLOR_ASSIGN_OR_RETURN(const bool has_catalog, files.exists(folder + "/catalog/CURRENT"));
    // An empty catalog would have them all removed.
    if (!has_catalog && !there.numbers.empty()) {
        return Status::corruption(folder + "/catalog: missing, but there are " +
                                  std::to_string(there.numbers.size()) +
                                  " folders of collections: `temblor repair --force` makes a new "
                                  "catalog from them");
    }
    TEMBLOR_ASSIGN_OR_RETURN(catalog,
                             Catalog::open(folder + "/catalog", options.collection.database));
    TEMBLOR_RETURN_IF_ERROR(files.create_folders(collections));

    // Only now is it certain that no other process is at work here.
    TEMBLOR_RETURN_IF_ERROR(files.remove_tree(folder + "/catalog.new"));
    std::set<uint64_t> listed;
    for (const auto& [name, number] : catalog->state().collections) listed.insert(number);
    TEMBLOR_ASSIGN_OR_RETURN(const StoreFolders held, StoreFolders::list(collections, files));
    for (const uint64_t number : held.numbers) {
        if (!listed.contains(number))
            TEMBLOR_RETURN_IF_ERROR(files.remove_tree(folder_of_number(number)));
    }
    for (const std::string& name : held.others) {
        std::string path = collections;
        path += '/';
        path += name;
        TEMBLOR_RETURN_IF_ERROR(files.remove_tree(path));
    }
    for (const auto& [name, number] : catalog->state().collections) {
        next_number = std::max(next_number, number + 1);
        entries.emplace(name, open_collection(number));
        mend_card(name, entries.at(name));
    }
    served_aliases = catalog->state().aliases;
    return Status::ok();
}

Store::Impl::Entry Store::Impl::open_collection(uint64_t number) const {
    Entry entry;
    entry.number = number;
    auto opened = Collection::open(folder_of_number(number), options.collection);
    if (opened.is_ok()) {
        entry.collection = std::move(opened).value();
    } else {
        entry.error = std::move(opened).status();
        // It should be there.
        if (entry.error.code() == StatusCode::kNotFound)
            entry.error = Status::corruption(entry.error.message());
    }
    return entry;
}

void Store::Impl::mend_card(const std::string& name, const Entry& entry) const {
    if (entry.collection == nullptr) return;
    const std::string path = folder_of_number(entry.number);
    const auto card = CollectionCard::read(path, files);
    if (card.is_ok() && card->name == name) return;
    // Nothing depends on it until the catalog is lost.
    (void)CollectionCard{name, *entry.collection->version()->schema}.write(path, files);
}

Result<std::shared_ptr<Collection>> Store::create_collection(const std::string& name,
                                                             const Schema& schema) {
    return impl_->add(name, [&](const std::string& path) -> Result<std::shared_ptr<Collection>> {
        TEMBLOR_ASSIGN_OR_RETURN(auto made,
                                 Collection::create(path, schema, impl_->options.collection));
        const CollectionCard card{name, schema};
        TEMBLOR_RETURN_IF_ERROR(card.write(path, impl_->files));
        return made;
    });
}

Result<std::shared_ptr<Collection>> Store::restore_collection(const std::string& name,
                                                              const std::string& archive,
                                                              Progress& progress) {
    return impl_->add(name, [&](const std::string& path) -> Result<std::shared_ptr<Collection>> {
        TEMBLOR_RETURN_IF_ERROR(restore_snapshot(archive, path, impl_->files, progress));
        TEMBLOR_ASSIGN_OR_RETURN(auto made, Collection::open(path, impl_->options.collection));
        const std::shared_ptr<const Version> now = made->version();
        TEMBLOR_ASSIGN_OR_RETURN(const SnapshotManifest manifest, read_snapshot_manifest(archive));
        if (now->points != manifest.points || *now->schema != manifest.schema) {
            return Status::corruption(archive +
                                      ": manifest.json: " + std::to_string(manifest.points) +
                                      " points, the database holds " + std::to_string(now->points) +
                                      " or has another schema");
        }
        const CollectionCard card{name, *now->schema};
        TEMBLOR_RETURN_IF_ERROR(card.write(path, impl_->files));
        return made;
    });
}

Status Store::drop_collection(const std::string& name) { return impl_->drop(name); }

Status Store::change_aliases(const std::vector<AliasChange>& changes) {
    return impl_->change_aliases(changes);
}

Result<SalvageReport> Store::salvage_collection(const std::string& name, Progress& progress) {
    return impl_->salvage(name, progress);
}

Result<std::shared_ptr<Collection>> Store::collection(const std::string& name_or_alias) const {
    const std::shared_lock lock(impl_->serving_mutex);
    const auto alias = impl_->served_aliases.find(name_or_alias);
    const std::string& name = alias == impl_->served_aliases.end() ? name_or_alias : alias->second;
    const auto found = impl_->entries.find(name);
    if (found == impl_->entries.end())
        return Status::not_found("no collection \"" + name_or_alias + "\"");
    if (found->second.collection == nullptr) {
        return Status(found->second.error).with_context("collection \"" + name + "\" did not open");
    }
    return found->second.collection;
}

std::vector<StoredCollection> Store::collections() const {
    std::vector<StoredCollection> all;
    const std::shared_lock lock(impl_->serving_mutex);
    for (const auto& [name, entry] : impl_->entries) {
        StoredCollection c{
            name, {}, impl_->folder_of_number(entry.number), entry.collection, entry.error};
        for (const auto& [alias, target] : impl_->served_aliases) {
            if (target == name) c.aliases.push_back(alias);
        }
        all.push_back(std::move(c));
    }
    return all;
}

std::vector<std::pair<std::string, std::string>> Store::aliases() const {
    const std::shared_lock lock(impl_->serving_mutex);
    return {impl_->served_aliases.begin(), impl_->served_aliases.end()};
}

}  // namespace temblor
