#include <cstring>

#include "index/collection/collection_impl.h"
#include "index/collection/kills.h"
#include "index/collection/point_codec.h"
#include "index/collection/sync_point.h"

namespace temblor {
namespace {

/// Between two attempts to open the database again.
constexpr std::chrono::milliseconds kRecoveryPause{100};

}  // namespace

std::string Collection::Impl::state_value() const {
    std::string value(16, '\0');
    std::memcpy(value.data(), &next_ordinal, 8);
    std::memcpy(value.data() + 8, &points, 8);
    return value;
}

std::shared_ptr<const Version> Collection::Impl::version() const {
    std::unique_lock lock(version_mutex);
    version_changed.wait(lock, [&] { return current != nullptr; });
    return current;
}

void Collection::Impl::publish(Version next) {
    next.hold = hold;
    next.database = database != nullptr ? database->view() : nullptr;
    next.points = points;
    next.last_ordinal = next_ordinal - 1;
    auto published = std::make_shared<const Version>(std::move(next));
    {
        const std::lock_guard lock(version_mutex);
        current.swap(published);
    }
    version_changed.notify_all();
}

void Collection::Impl::rotate(Version& next) {
    active = std::make_shared<Memtable>(next.schema);
    next.memtables.push_back({active, 0, {}});
}

Status Collection::Impl::write_database(const DatabaseBatch& batch) {
    Status status = database->write(batch);
    if (!status.is_ok()) note_write_error(status);
    return status;
}

void Collection::Impl::note_write_error(const Status& status) {
    write_error = status.message();
    const std::lock_guard lock(work_mutex);
    write_error_text = write_error;
}

Status Collection::Impl::recover_writes() {
    if (write_error.empty()) return Status::ok();
    const auto refused = [&](StatusCode code, const std::string& why) {
        return Status(code,
                      folder + ": writes are refused since one failed (" + write_error + ")" + why);
    };
    if (disk_is_nearly_full()) {
        return refused(StatusCode::kResourceExhausted,
                       ": less than " + std::to_string(options.reserve_bytes) + " bytes are free");
    }
    const auto now = std::chrono::steady_clock::now();
    if (now < next_recovery) return refused(StatusCode::kIoError, "");
    next_recovery = now + kRecoveryPause;
    if (const Status status = reopen(); !status.is_ok())
        return refused(status.code(), ": " + status.message());
    return Status::ok();
}

bool Collection::Impl::disk_is_nearly_full() const {
    if (options.reserve_bytes == 0) return false;
    const auto free = options.files->free_bytes(folder);
    return free.is_ok() && *free < options.reserve_bytes;
}

std::vector<Result<WriteReceipt>> Collection::Impl::commit(
    std::span<const WriteOperation* const> group) {
    std::vector<Result<WriteReceipt>> results;
    bool adds = false;
    for (const WriteOperation* operation : group) adds = adds || operation->adds;
    Status no_room;
    std::chrono::microseconds waited{0};
    if (adds) no_room = wait_for_room(waited);
    if (waited.count() > 0) throttled_writes += group.size();

    const std::lock_guard lock(commit_mutex);
    if (Status status = recover_writes(); !status.is_ok()) {
        refused_writes += group.size();
        results.assign(group.size(), status);
        return results;
    }
    if (adds && no_room.is_ok() && disk_is_nearly_full()) {
        no_room = Status::resource_exhausted(folder + ": disk nearly full: less than " +
                                             std::to_string(options.reserve_bytes) +
                                             " bytes are free; points can be deleted, not added");
    }
    WriteGroup writes(version());
    for (const WriteOperation* operation : group) {
        if (operation->adds && !no_room.is_ok()) {
            ++refused_writes;
            results.emplace_back(no_room);
            continue;
        }
        auto changed = writes.add(*operation);
        if (!changed.is_ok()) {
            results.emplace_back(std::move(changed).status());
        } else {
            results.emplace_back(WriteReceipt{0, *changed, waited});
        }
    }

    std::vector<WriteGroup::Outcome> outcome = writes.take_outcome();
    DatabaseBatch batch;
    Version next = *version();
    Kills kills(next);
    std::vector<uint64_t> ordinals;
    const uint64_t points_before = points;
    for (const WriteGroup::Outcome& o : outcome) {
        if (o.replaces) {
            const std::string old = encode_ordinal(*o.replaces);
            batch.erase(Table::kPoints, old);
            batch.erase(Table::kVectors, old);
            if (!kills.add(*o.replaces)) batch.put(Table::kDead, old, {});
            --points;
        }
        if (o.change.point) {
            const std::string ordinal = encode_ordinal(next_ordinal);
            ordinals.push_back(next_ordinal++);
            batch.put(Table::kIds, o.id_key, ordinal);
            batch.put(Table::kPoints, ordinal, encode_point(o.change.id, o.change.point->payload));
            batch.put(Table::kVectors, ordinal, encode_vectors(o.change.point->vectors));
            ++points;
        } else if (o.replaces) {
            batch.erase(Table::kIds, o.id_key);
        }
    }
    if (!batch.empty()) {
        batch.put(Table::kMeta, "state", state_value());
        SyncPoint::reach("commit:before_write");
        if (Status status = write_database(batch); !status.is_ok()) {
            points = points_before;  // its ordinals are not used again
            for (Result<WriteReceipt>& result : results) {
                if (result.is_ok()) result = Result<WriteReceipt>(status);
            }
            return results;
        }
        SyncPoint::reach("commit:after_write");
        kills.apply();
        size_t n = 0;
        for (WriteGroup::Outcome& o : outcome) {
            if (o.change.point) active->append(ordinals[n++], *o.change.point);
        }
        next.memtables.back().rows = active->rows();
        const bool rotates = is_full(*active) && next.memtables.size() <= options.waiting_memtables;
        if (rotates) rotate(next);
        publish(std::move(next));
        if (rotates) wake();
    }
    for (Result<WriteReceipt>& result : results) {
        if (result.is_ok()) result->last_ordinal = next_ordinal - 1;
    }
    return results;
}

}  // namespace temblor
