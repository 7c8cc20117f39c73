#include "index/collection/collection.h"

#include <algorithm>
#include <set>

#include "index/collection/collection_impl.h"
#include "index/collection/point_codec.h"
#include "index/collection/sync_point.h"

namespace temblor {

Collection::Impl::Impl(std::string path, const CollectionOptions& how)
    : folder(std::move(path)),
      options(how),
      hold(std::make_shared<FolderHold>(*options.files, folder)) {
    queue = std::make_unique<WriteQueue>(
        [this](std::span<const WriteOperation* const> group) { return commit(group); });
}

Collection::Impl::~Impl() {
    stop_background();
    // So that the next opening replays no log; when it fails, the log is still there.
    if (database != nullptr && write_error.empty() && !hold->is_obsolete()) (void)database->flush();
}

Collection::Collection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Collection::~Collection() = default;

Result<std::shared_ptr<Collection>> Collection::create(const std::string& folder,
                                                       const Schema& schema,
                                                       const CollectionOptions& options) {
    {
        Impl impl(folder, options);
        TEMBLOR_RETURN_IF_ERROR(impl.create(schema));
    }
    return open(folder, options);
}

Result<std::shared_ptr<Collection>> Collection::open(const std::string& folder,
                                                     const CollectionOptions& options) {
    auto impl = std::make_unique<Impl>(folder, options);
    TEMBLOR_RETURN_IF_ERROR(impl->open());
    impl->start_background();
    return std::shared_ptr<Collection>(new Collection(std::move(impl)));
}

std::shared_ptr<const Version> Collection::version() const { return impl_->version(); }
const std::string& Collection::folder() const { return impl_->folder; }
void Collection::remove_when_unused() { impl_->hold->mark_obsolete(); }

Result<WriteReceipt> Collection::write(WriteOperation operation) {
    return impl_->queue->submit(std::move(operation));
}

Status Collection::create_payload_index(const std::string& path, PayloadType type,
                                        Progress& progress) {
    TEMBLOR_ASSIGN_OR_RETURN(const KeyPath parsed, KeyPath::parse(path));
    const std::string& key = parsed.text();
    bool is_new = false;
    {
        const std::lock_guard lock(impl_->commit_mutex);
        TEMBLOR_RETURN_IF_ERROR(impl_->recover_writes());
        Version next = *impl_->version();
        auto schema = std::make_shared<Schema>(*next.schema);
        const auto before = schema->payload_indexes.find(key);
        is_new = before == schema->payload_indexes.end() || before->second != type;
        schema->payload_indexes[key] = type;
        TEMBLOR_RETURN_IF_ERROR(schema->validate());
        DatabaseBatch batch;
        batch.put(Table::kMeta, "schema", schema->to_json());
        TEMBLOR_RETURN_IF_ERROR(impl_->write_database(batch));
        next.schema = std::move(schema);
        // An index of another type is none.
        for (SegmentView& view : next.segments) {
            auto indexes = std::make_shared<PayloadIndexes>(*view.indexes);
            const auto old = indexes->find(key);
            if (old != indexes->end() && old->second->type() != type) indexes->erase(old);
            view.indexes = std::move(indexes);
        }
        impl_->publish(std::move(next));
    }
    SyncPoint::reach("index:before_build");
    Status built = impl_->build_missing_indexes(progress);
    if (built.code() == StatusCode::kCancelled && is_new) {
        Status dropped = drop_payload_index(path);
        if (!dropped.is_ok() && dropped.code() != StatusCode::kNotFound) return dropped;
    }
    return built;
}

Status Collection::drop_payload_index(const std::string& path) {
    TEMBLOR_ASSIGN_OR_RETURN(const KeyPath parsed, KeyPath::parse(path));
    const std::string& key = parsed.text();
    const std::lock_guard lock(impl_->commit_mutex);
    TEMBLOR_RETURN_IF_ERROR(impl_->recover_writes());
    Version next = *impl_->version();
    auto schema = std::make_shared<Schema>(*next.schema);
    if (schema->payload_indexes.erase(key) == 0)
        return Status::not_found("no payload index \"" + key + "\"");
    DatabaseBatch batch;
    batch.put(Table::kMeta, "schema", schema->to_json());
    TEMBLOR_RETURN_IF_ERROR(impl_->write_database(batch));
    next.schema = std::move(schema);
    for (SegmentView& view : next.segments) {
        auto indexes = std::make_shared<PayloadIndexes>(*view.indexes);
        indexes->erase(key);
        view.indexes = std::move(indexes);
    }
    impl_->publish(std::move(next));
    return Status::ok();
}

Status Collection::flush(Progress& progress) {
    {
        const std::lock_guard lock(impl_->commit_mutex);
        Version next = *impl_->version();
        if (impl_->active->rows() > 0) {
            impl_->rotate(next);
            impl_->publish(std::move(next));
        }
    }
    while (true) {
        TEMBLOR_ASSIGN_OR_RETURN(const bool sealed, impl_->seal_oldest(progress));
        if (!sealed) return Status::ok();
        impl_->wake();
    }
}

Status Collection::optimize() {
    TEMBLOR_RETURN_IF_ERROR(flush());
    while (true) {
        TEMBLOR_ASSIGN_OR_RETURN(const bool rebuilt, impl_->rebuild_missing(no_progress()));
        TEMBLOR_ASSIGN_OR_RETURN(const bool merged, impl_->merge_once(no_progress()));
        if (!rebuilt && !merged) return impl_->build_missing_indexes(no_progress());
    }
}

Status Collection::compact(Progress& progress) {
    TEMBLOR_RETURN_IF_ERROR(flush(progress));
    TEMBLOR_ASSIGN_OR_RETURN(const bool rebuilt, impl_->rebuild_missing(progress));
    (void)rebuilt;
    TEMBLOR_RETURN_IF_ERROR(impl_->merge_all(progress));
    return impl_->build_missing_indexes(progress);
}

Status Collection::wait_idle() {
    if (!impl_->options.background) return optimize();
    std::unique_lock lock(impl_->work_mutex);
    impl_->work_changed.wait(lock, [&] {
        return impl_->stopping || !impl_->background_error().empty() ||
               (impl_->busy == 0 && impl_->sealer_seen == impl_->work_round &&
                impl_->merger_seen == impl_->work_round);
    });
    if (!impl_->background_error().empty())
        return {StatusCode::kInternal, impl_->background_error()};
    return Status::ok();
}

Status Collection::check(Progress& progress, std::vector<std::string>& findings) {
    TEMBLOR_RETURN_IF_ERROR(version()->error);
    TEMBLOR_RETURN_IF_ERROR(impl_->verify_segments(progress, findings));
    progress.report("checking the database", 0, 0);
    TEMBLOR_RETURN_IF_ERROR(impl_->database->verify());
    // Every id's point is there once, and nothing else is.
    const std::shared_ptr<const Version> now = version();
    std::set<uint64_t> unsound;
    uint64_t ids = 0;
    uint64_t unindexed = 0;
    TEMBLOR_RETURN_IF_ERROR(now->database->scan(
        Table::kIds, {}, {}, [&](std::string_view key, std::string_view value) -> Result<bool> {
            if (++ids % 4096 == 0) {
                if (progress.cancelled()) return Status::cancelled("the check was interrupted");
                progress.report("checking points", ids, now->points);
            }
            TEMBLOR_ASSIGN_OR_RETURN(const uint64_t ordinal, decode_ordinal(value));
            uint32_t places = 0;
            for (const SegmentView& view : now->segments) {
                const auto row = view.segment->row_of(ordinal);
                if (!row || view.dead.contains(*row)) continue;
                ++places;
                if (encode_id(view.segment->id(*row)) != key)
                    unsound.insert(view.segment->number());
                if (places > 1) unsound.insert(view.segment->number());
            }
            for (const MemtableView& view : now->memtables) {
                const auto row = view.memtable->row_of_ordinal(ordinal, view.rows);
                if (row && !view.dead.contains(*row)) ++places;
            }
            if (places == 0) ++unindexed;
            return true;
        }));
    if (ids != now->points) {
        return Status::corruption(impl_->folder + ": database: " + std::to_string(ids) + " ids, " +
                                  std::to_string(now->points) + " points counted");
    }
    uint64_t live = 0;
    for (const SegmentView& view : now->segments) live += view.segment->rows() - view.dead.count();
    for (const MemtableView& view : now->memtables) live += view.rows - view.dead.count();
    bool any_missing = false;
    {
        const std::lock_guard lock(impl_->commit_mutex);
        any_missing = !impl_->missing.empty();
    }
    if (live + unindexed != ids || (unindexed > 0 && !any_missing)) {
        findings.push_back(impl_->folder + ": segments hold " + std::to_string(live) +
                           " points, the database " + std::to_string(ids));
        for (const SegmentView& view : now->segments) unsound.insert(view.segment->number());
    }
    for (const uint64_t number : unsound) {
        TEMBLOR_RETURN_IF_ERROR(impl_->quarantine(
            number, impl_->segment_folder(number) + ": does not agree with the database"));
    }
    return Status::ok();
}

std::vector<CollectionWork> Collection::background() const {
    std::vector<CollectionWork> works;
    const std::lock_guard lock(impl_->work_mutex);
    for (const CollectionWork& work : impl_->background) {
        if (!work.stage.empty()) works.push_back(work);
    }
    return works;
}

CollectionStats Collection::stats() const {
    CollectionStats stats;
    const std::shared_ptr<const Version> now = version();
    stats.points = now->points;
    stats.last_ordinal = now->last_ordinal;
    stats.segments = now->segments.size();
    uint64_t live = 0;
    for (const SegmentView& view : now->segments) {
        stats.segment_bytes += view.segment->file_bytes();
        stats.dead_rows += view.dead.count();
        live += view.segment->rows() - std::min(view.segment->rows(), view.dead.count());
    }
    for (const MemtableView& view : now->memtables) {
        stats.memtable_points += view.rows;
        stats.memtable_bytes += view.memtable->bytes();
        live += view.rows - view.dead.count();
    }
    stats.waiting_memtables = now->memtables.size() - 1;
    stats.unindexed_points = now->points - std::min(now->points, live);
    if (now->database != nullptr) {
        stats.database_memory = now->database->database().memory();
        stats.database_bytes = now->database->database().disk_bytes();
    }
    stats.throttled_writes = impl_->throttled_writes;
    stats.refused_writes = impl_->refused_writes;
    const std::lock_guard lock(impl_->work_mutex);
    stats.write_error = impl_->write_error_text;
    stats.background_error = impl_->background_error();
    stats.damaged = impl_->damaged;
    return stats;
}

}  // namespace temblor
