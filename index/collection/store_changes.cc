#include "index/collection/collection_card.h"
#include "index/collection/store_impl.h"
#include "index/collection/sync_point.h"

namespace temblor {
namespace {

std::string quoted(const char* what, const std::string& name) {
    return std::string(what) + " \"" + name + "\"";
}

}  // namespace

Status Store::Impl::make_name_free(const std::string& what, const std::string& name) const {
    const CatalogState& state = catalog->state();
    if (state.collections.contains(name) || reserved.contains(name))
        return Status::already_exists(what + " already exists");
    if (state.aliases.contains(name))
        return Status::already_exists(what + " already exists, as an alias");
    return Status::ok();
}

Result<std::shared_ptr<Collection>> Store::Impl::add(const std::string& name, const Make& make) {
    const std::string what = quoted("collection", name);
    TEMBLOR_RETURN_IF_ERROR(check_collection_name(what, name));
    uint64_t number = 0;
    {
        const std::lock_guard lock(change_mutex);
        TEMBLOR_RETURN_IF_ERROR(settle());
        TEMBLOR_RETURN_IF_ERROR(make_name_free(what, name));
        number = next_number++;
        reserved.insert(name);
    }
    const std::string path = folder_of_number(number);
    auto made = make(path);
    SyncPoint::reach("catalog:before_add");
    const std::lock_guard lock(change_mutex);
    reserved.erase(name);
    Status status = made.is_ok() ? settle() : made.status();
    if (status.is_ok()) {
        CatalogState next = catalog->state();
        next.collections.emplace(name, number);
        status = catalog->commit(next);
        if (!status.is_ok()) doubtful.insert(number);
    }
    if (!status.is_ok()) {
        made = status;  // closes it
        if (!doubtful.contains(number)) (void)files.remove_tree(path);
        return status;
    }
    const std::unique_lock serving(serving_mutex);
    entries.emplace(name, Entry{number, *made, {}});
    return made;
}

Status Store::Impl::drop(const std::string& name) {
    Entry dropped;  // let go after the locks
    const std::lock_guard lock(change_mutex);
    TEMBLOR_RETURN_IF_ERROR(settle());
    CatalogState next = catalog->state();
    if (next.collections.erase(name) == 0)
        return Status::not_found("no " + quoted("collection", name));
    std::erase_if(next.aliases, [&](const auto& alias) { return alias.second == name; });
    TEMBLOR_RETURN_IF_ERROR(catalog->commit(next));
    {
        const std::unique_lock serving(serving_mutex);
        dropped = std::move(entries.at(name));
        entries.erase(name);
        served_aliases = catalog->state().aliases;
    }
    SyncPoint::reach("catalog:before_remove");
    if (dropped.collection == nullptr) return files.remove_tree(folder_of_number(dropped.number));
    dropped.collection->remove_when_unused();
    return Status::ok();
}

Status Store::Impl::apply(const AliasChange& change, CatalogState& state) const {
    const auto usable = [&](const std::string& alias) -> Status {
        const std::string what = quoted("alias", alias);
        TEMBLOR_RETURN_IF_ERROR(check_collection_name(what, alias));
        if (state.collections.contains(alias) || reserved.contains(alias))
            return Status::already_exists(what + " already exists, as a collection");
        return Status::ok();
    };
    if (const auto* set = std::get_if<SetAlias>(&change)) {
        TEMBLOR_RETURN_IF_ERROR(usable(set->alias));
        if (!state.collections.contains(set->collection)) {
            return Status::not_found(quoted("alias", set->alias) + ": no " +
                                     quoted("collection", set->collection));
        }
        state.aliases[set->alias] = set->collection;
    } else if (const auto* gone = std::get_if<DeleteAlias>(&change)) {
        if (state.aliases.erase(gone->alias) == 0)
            return Status::not_found("no " + quoted("alias", gone->alias));
    } else {
        const auto& rename = std::get<RenameAlias>(change);
        const auto from = state.aliases.find(rename.from);
        if (from == state.aliases.end())
            return Status::not_found("no " + quoted("alias", rename.from));
        if (rename.from == rename.to) return Status::ok();
        TEMBLOR_RETURN_IF_ERROR(usable(rename.to));
        if (!state.aliases.emplace(rename.to, from->second).second) {
            return Status::already_exists(quoted("alias", rename.to) +
                                          " already exists, as an alias");
        }
        state.aliases.erase(rename.from);
    }
    return Status::ok();
}

Status Store::Impl::change_aliases(const std::vector<AliasChange>& changes) {
    const std::lock_guard lock(change_mutex);
    TEMBLOR_RETURN_IF_ERROR(settle());
    CatalogState next = catalog->state();
    for (const AliasChange& change : changes) TEMBLOR_RETURN_IF_ERROR(apply(change, next));
    TEMBLOR_RETURN_IF_ERROR(catalog->commit(next));
    const std::unique_lock serving(serving_mutex);
    served_aliases = std::move(next.aliases);
    return Status::ok();
}

Status Store::Impl::settle() {
    if (!catalog->is_unsure()) return Status::ok();
    TEMBLOR_RETURN_IF_ERROR(catalog->reopen().with_context("changes are refused since one failed"));
    const CatalogState& state = catalog->state();
    std::map<std::string, Entry> now;
    std::vector<Entry> gone;
    for (const auto& [name, number] : state.collections) {
        doubtful.erase(number);
        const auto old = entries.find(name);  // only who holds change_mutex changes it
        if (old != entries.end() && old->second.number == number) {
            now.emplace(name, old->second);
        } else {
            now.emplace(name, open_collection(number));
        }
    }
    {
        const std::unique_lock serving(serving_mutex);
        for (auto& [name, entry] : entries) {
            const auto kept = now.find(name);
            if (kept == now.end() || kept->second.number != entry.number)
                gone.push_back(std::move(entry));
        }
        entries = std::move(now);
        served_aliases = state.aliases;
    }
    for (const Entry& entry : gone) {
        if (entry.collection != nullptr) {
            entry.collection->remove_when_unused();
        } else {
            (void)files.remove_tree(folder_of_number(entry.number));
        }
    }
    for (const uint64_t number : doubtful) (void)files.remove_tree(folder_of_number(number));
    doubtful.clear();
    return Status::ok();
}

Result<SalvageReport> Store::Impl::salvage(const std::string& name, Progress& progress) {
    const std::lock_guard lock(change_mutex);
    TEMBLOR_RETURN_IF_ERROR(settle());
    const auto found = entries.find(name);
    if (found == entries.end()) return Status::not_found("no " + quoted("collection", name));
    Entry& entry = found->second;
    const std::string path = folder_of_number(entry.number);
    std::shared_ptr<Collection> closing;
    {
        const std::unique_lock serving(serving_mutex);
        std::shared_ptr<Collection> taken = std::move(entry.collection);
        if (taken.use_count() > 1) {
            entry.collection = std::move(taken);
            return Status::invalid_argument(quoted("collection", name) + ": is in use");
        }
        entry.error = {StatusCode::kIoError, "it is being salvaged"};
        closing = std::move(taken);
    }
    closing.reset();
    const auto card = CollectionCard::read(path, files);
    auto report = temblor::salvage_collection(path, card.is_ok() ? card->schema : Schema(),
                                              options.collection, progress);
    Entry opened = open_collection(entry.number);
    const Status status = opened.error;
    {
        const std::unique_lock serving(serving_mutex);
        entry = std::move(opened);
    }
    if (report.is_ok() && !status.is_ok()) return status;
    return report;
}

}  // namespace temblor
