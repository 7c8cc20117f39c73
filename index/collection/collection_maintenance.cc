#include <algorithm>

#include "index/collection/collection_impl.h"
#include "index/collection/point_codec.h"
#include "index/collection/sync_point.h"
#include "index/section_file.h"

namespace temblor {
namespace {

/// Between two looks whether other work has ended.
constexpr std::chrono::milliseconds kTurnLook{5};

/// Ends a build also when the collection wants it.
class CancellableBuild final : public Progress {
public:
    CancellableBuild(Progress& caller, const std::atomic<bool>& flag)
        : caller_(caller), flag_(flag) {}
    void report(std::string_view stage, uint64_t done, uint64_t total) override {
        caller_.report(stage, done, total);
    }
    [[nodiscard]] bool cancelled() const override { return flag_ || caller_.cancelled(); }

private:
    Progress& caller_;
    const std::atomic<bool>& flag_;
};

/// Of the ordinals that are dead in a part that goes away: still in the new segment, or forgotten.
void carry_dead(uint64_t ordinal, const CollectionSegment* made, std::vector<uint32_t>& dead,
                DatabaseBatch& batch) {
    const auto row = made != nullptr ? made->row_of(ordinal) : std::nullopt;
    if (row) {
        dead.push_back(*row);
    } else {
        batch.erase(Table::kDead, encode_ordinal(ordinal));
    }
}

std::vector<SegmentSize> sizes_of(const Version& version) {
    std::vector<SegmentSize> sizes;
    for (const SegmentView& view : version.segments) {
        const uint64_t rows = view.segment->rows();
        sizes.push_back({rows, rows - std::min(rows, view.dead.count())});
    }
    return sizes;
}

}  // namespace

Result<std::unique_lock<std::mutex>> Collection::Impl::take_turn(std::mutex& mutex,
                                                                 const Progress& progress) {
    std::unique_lock lock(mutex, std::try_to_lock);
    while (!lock.owns_lock()) {
        if (progress.cancelled()) return Status::cancelled("other work was waited for");
        std::this_thread::sleep_for(kTurnLook);
        (void)lock.try_lock();
    }
    return lock;
}

Result<std::shared_ptr<const CollectionSegment>> Collection::Impl::assemble(
    const std::shared_ptr<const DatabaseView>& from, std::vector<uint64_t> ordinals,
    const std::shared_ptr<const Schema>& schema, Progress& progress) {
    const uint64_t number = next_segment++;
    AssembleOptions how;
    how.threads = options.build_threads;
    how.fewest_indexed_rows = options.fewest_indexed_rows;
    how.files = options.files;
    how.expected_points = ordinals.size();
    CancellableBuild build(progress, cancel);
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t rows,
                             assemble_segment(*schema, DatabaseSource(from, std::move(ordinals)),
                                              segment_folder(number), how, build));
    if (rows == 0) return std::shared_ptr<const CollectionSegment>();
    return CollectionSegment::open(segment_folder(number), number, *schema, *options.files);
}

Status Collection::Impl::replace(const Replacement& replacement) {
    const CollectionSegment* made = replacement.made.get();
    SyncPoint::reach("replace:before_commit");
    const auto abandon = [&](Status status) {
        if (made != nullptr && !status.is_ok()) made->mark_obsolete();
        return status;
    };
    const std::lock_guard lock(commit_mutex);
    // Not recover_writes(): this very build may hold the version that it would wait for.
    if (!write_error.empty()) {
        return abandon(
            {StatusCode::kIoError, "writes are refused since one failed (" + write_error + ")"});
    }
    const std::shared_ptr<const Version> before = version();
    Version next = *before;
    DatabaseBatch batch;
    Manifest changed = manifest;
    std::vector<uint32_t> dead;
    const auto is_replaced = [&](uint64_t number) {
        return std::find(replacement.segments.begin(), replacement.segments.end(), number) !=
               replacement.segments.end();
    };
    for (const SegmentView& view : before->segments) {
        if (!is_replaced(view.segment->number())) continue;
        for (const uint32_t row : view.dead.all())
            carry_dead(view.segment->ordinals()[row], made, dead, batch);
    }
    if (replacement.memtable != nullptr) {
        for (const MemtableView& view : before->memtables) {
            if (view.memtable != replacement.memtable) continue;
            for (const uint32_t row : view.dead.all())
                carry_dead(view.memtable->ordinal(row), made, dead, batch);
            if (view.rows > 0)
                changed.sealed_through =
                    std::max(changed.sealed_through, view.memtable->ordinal(view.rows - 1));
        }
        std::erase_if(next.memtables, [&](const MemtableView& view) {
            return view.memtable == replacement.memtable;
        });
    }
    if (replacement.rebuilt) {
        // Who died meanwhile was in no part of the version.
        TEMBLOR_RETURN_IF_ERROR(abandon(before->database->scan(
            Table::kDead, {}, {}, [&](std::string_view key, std::string_view) -> Result<bool> {
                TEMBLOR_ASSIGN_OR_RETURN(const uint64_t ordinal, decode_ordinal(key));
                if (made != nullptr && made->row_of(ordinal))
                    dead.push_back(*made->row_of(ordinal));
                return true;
            })));
    }
    std::erase_if(next.segments,
                  [&](const SegmentView& view) { return is_replaced(view.segment->number()); });
    std::erase_if(changed.segments,
                  [&](const SegmentEntry& entry) { return is_replaced(entry.number); });
    if (made != nullptr) {
        RowBitmap rows;
        rows.addMany(dead.size(), dead.data());
        std::string bad_index;
        auto indexes = std::make_shared<const PayloadIndexes>(
            made->open_payload_indexes(*next.schema, bad_index));
        next.segments.push_back({replacement.made, DeadRows(std::move(rows)), std::move(indexes)});
        changed.segments.push_back({made->number(), made->rows()});
    }
    changed.next_segment = next_segment;
    batch.put(Table::kMeta, "manifest", changed.to_json());
    if (Status status = write_database(batch); !status.is_ok()) return abandon(std::move(status));
    SyncPoint::reach("replace:after_commit");
    manifest = std::move(changed);
    std::erase_if(missing, is_replaced);
    for (const SegmentView& view : before->segments) {
        if (is_replaced(view.segment->number())) view.segment->mark_obsolete();
    }
    publish(std::move(next));
    return Status::ok();
}

Result<bool> Collection::Impl::seal_oldest(Progress& progress) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto turn, take_turn(seal_mutex, progress));
    const std::shared_ptr<const Version> now = version();
    TEMBLOR_RETURN_IF_ERROR(now->error);
    if (now->memtables.size() < 2) return false;
    const MemtableView& oldest = now->memtables.front();
    std::vector<uint64_t> ordinals;
    ordinals.reserve(oldest.rows);
    for (uint32_t row = 0; row < oldest.rows; ++row) {
        if (!oldest.dead.contains(row)) ordinals.push_back(oldest.memtable->ordinal(row));
    }
    Replacement replacement;
    replacement.memtable = oldest.memtable;
    SyncPoint::reach("seal:before_build");
    TEMBLOR_ASSIGN_OR_RETURN(replacement.made,
                             assemble(now->database, std::move(ordinals), now->schema, progress));
    SyncPoint::reach("seal:after_build");
    TEMBLOR_RETURN_IF_ERROR(replace(replacement));
    return true;
}

MergePolicy Collection::Impl::policy() const {
    MergePolicy policy;
    policy.factor = options.merge_factor;
    policy.smallest = options.memtable_points;
    policy.largest = options.max_segment_points;
    policy.max_dead_share = options.max_dead_share;
    return policy;
}

Result<bool> Collection::Impl::merge_once(Progress& progress) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto turn, take_turn(merge_mutex, progress));
    const std::shared_ptr<const Version> now = version();
    TEMBLOR_RETURN_IF_ERROR(now->error);
    std::vector<uint64_t> numbers;
    for (const size_t s : policy().choose(sizes_of(*now)))
        numbers.push_back(now->segments[s].segment->number());
    if (numbers.empty()) return false;
    TEMBLOR_RETURN_IF_ERROR(merge_segments(numbers, progress));
    return true;
}

Status Collection::Impl::merge_all(Progress& progress) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto turn, take_turn(merge_mutex, progress));
    std::vector<std::vector<uint64_t>> groups;
    {
        const std::shared_ptr<const Version> now = version();
        TEMBLOR_RETURN_IF_ERROR(now->error);
        for (const auto& group : policy().pack(sizes_of(*now))) {
            std::vector<uint64_t>& numbers = groups.emplace_back();
            for (const size_t s : group) numbers.push_back(now->segments[s].segment->number());
        }
    }
    for (const auto& numbers : groups) TEMBLOR_RETURN_IF_ERROR(merge_segments(numbers, progress));
    return Status::ok();
}

Status Collection::Impl::merge_segments(const std::vector<uint64_t>& numbers, Progress& progress) {
    const std::shared_ptr<const Version> now = version();
    TEMBLOR_RETURN_IF_ERROR(now->error);
    Replacement replacement;
    std::vector<uint64_t> ordinals;
    for (const SegmentView& view : now->segments) {
        const uint64_t number = view.segment->number();
        if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) continue;
        replacement.segments.push_back(number);
        const auto all = view.segment->ordinals();
        for (uint32_t row = 0; row < all.size(); ++row) {
            if (!view.dead.contains(row)) ordinals.push_back(all[row]);
        }
    }
    std::sort(ordinals.begin(), ordinals.end());
    SyncPoint::reach("merge:before_build");
    TEMBLOR_ASSIGN_OR_RETURN(replacement.made,
                             assemble(now->database, std::move(ordinals), now->schema, progress));
    SyncPoint::reach("merge:after_build");
    return replace(replacement);
}

Result<bool> Collection::Impl::rebuild_missing(Progress& progress) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto turn, take_turn(merge_mutex, progress));
    Replacement replacement;
    replacement.rebuilt = true;
    std::shared_ptr<const Version> now;
    {
        const std::lock_guard lock(commit_mutex);
        replacement.segments = missing;
        now = version();
    }
    TEMBLOR_RETURN_IF_ERROR(now->error);
    if (replacement.segments.empty()) return false;
    std::vector<uint64_t> ordinals;
    TEMBLOR_RETURN_IF_ERROR(now->database->scan(
        Table::kPoints, {}, {}, [&](std::string_view key, std::string_view) -> Result<bool> {
            TEMBLOR_ASSIGN_OR_RETURN(const uint64_t ordinal, decode_ordinal(key));
            for (const SegmentView& view : now->segments) {
                if (view.segment->row_of(ordinal)) return true;
            }
            for (const MemtableView& view : now->memtables) {
                if (view.memtable->row_of_ordinal(ordinal, view.rows)) return true;
            }
            ordinals.push_back(ordinal);
            return true;
        }));
    SyncPoint::reach("rebuild:before_build");
    TEMBLOR_ASSIGN_OR_RETURN(replacement.made,
                             assemble(now->database, std::move(ordinals), now->schema, progress));
    TEMBLOR_RETURN_IF_ERROR(replace(replacement));
    return true;
}

void Collection::Impl::note_damage(const std::string& what) {
    const std::lock_guard lock(work_mutex);
    damaged.push_back(what);
}

Status Collection::Impl::quarantine(uint64_t number, const std::string& reason) {
    note_damage(reason);
    {
        const std::lock_guard lock(commit_mutex);
        const bool listed =
            std::any_of(manifest.segments.begin(), manifest.segments.end(),
                        [&](const SegmentEntry& entry) { return entry.number == number; });
        if (!listed || std::find(missing.begin(), missing.end(), number) != missing.end())
            return Status::ok();
        Version next = *version();
        std::erase_if(next.segments,
                      [&](const SegmentView& view) { return view.segment->number() == number; });
        missing.push_back(number);
        publish(std::move(next));
    }
    TEMBLOR_RETURN_IF_ERROR(move_aside(number));
    wake();
    return Status::ok();
}

Status Collection::Impl::move_aside(uint64_t number) {
    FileSystem& files = *options.files;
    const std::string aside = folder + "/quarantine/" + std::to_string(number);
    TEMBLOR_RETURN_IF_ERROR(files.create_folders(folder + "/quarantine"));
    TEMBLOR_RETURN_IF_ERROR(files.remove_tree(aside));
    const Status moved = files.rename(segment_folder(number), aside);
    return moved.code() == StatusCode::kNotFound ? Status::ok() : moved;
}

Status Collection::Impl::verify_segments(Progress& progress, std::vector<std::string>& findings) {
    const std::shared_ptr<const Version> now = version();
    for (const SegmentView& view : now->segments) {
        Status status = view.segment->verify(progress);
        if (status.code() == StatusCode::kCancelled) return status;
        if (status.is_ok()) {
            for (const auto& [key, index] : *view.indexes) {
                if (!status.is_ok()) break;
                const std::string path = payload_index_path(view.segment->folder(), key);
                const auto file = SectionFile::open(path);
                status = file.is_ok() ? file->verify(progress) : file.status();
                if (status.is_ok()) status = index->validate();
                status = std::move(status).with_context(path);
            }
            if (status.code() == StatusCode::kCancelled) return status;
        }
        if (status.is_ok()) continue;
        findings.push_back(status.message());
        TEMBLOR_RETURN_IF_ERROR(quarantine(view.segment->number(), status.message()));
    }
    return Status::ok();
}

Status Collection::Impl::build_missing_indexes(Progress& progress) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto turn, take_turn(merge_mutex, progress));
    // A segment that was under construction when the schema changed comes without: look again.
    while (true) {
        const std::shared_ptr<const Version> now = version();
        bool built = false;
        for (const SegmentView& view : now->segments) {
            for (const auto& [key, type] : now->schema->payload_indexes) {
                if (!is_built(type) || view.indexes->contains(key)) continue;
                TEMBLOR_RETURN_IF_ERROR(assemble_payload_index(
                    *now->schema, key, view.segment->ordinals(), *now->database,
                    view.segment->folder(), *options.files, progress));
                built = true;
            }
        }
        if (!built) return Status::ok();
        const std::lock_guard lock(commit_mutex);
        Version next = *version();
        for (SegmentView& view : next.segments) {
            std::string bad_index;
            view.indexes = std::make_shared<const PayloadIndexes>(
                view.segment->open_payload_indexes(*next.schema, bad_index));
            if (!bad_index.empty()) return Status::corruption(bad_index);
        }
        publish(std::move(next));
    }
}

}  // namespace temblor
