#include "index/collection/version_filter.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/collection/point_codec.h"

namespace temblor {
namespace {

constexpr size_t kFilterReadBatch = 256;

/// The ordinal that holds an id; nothing too when the database cannot be read, which the search for
/// payloads that follows will tell.
std::optional<uint64_t> ordinal_of(const DatabaseView& view, const DocumentId& id) {
    const auto stored = view.get(Table::kIds, encode_id(id));
    if (!stored.is_ok() || !stored->has_value()) return std::nullopt;
    const auto ordinal = decode_ordinal(**stored);
    return ordinal.is_ok() ? std::optional(*ordinal) : std::nullopt;
}

class SegmentPayloads : public PayloadSource {
public:
    SegmentPayloads(const Version& version, const SegmentView& view)
        : database_(*version.database), view_(view) {}

    [[nodiscard]] uint64_t rows() const override { return view_.segment->rows(); }
    [[nodiscard]] const PayloadIndex* index(std::string_view key) const override {
        const auto found = view_.indexes->find(key);
        return found == view_.indexes->end() ? nullptr : found->second.get();
    }
    [[nodiscard]] std::optional<uint32_t> row_of(const DocumentId& id) const override {
        const auto ordinal = ordinal_of(database_, id);
        return ordinal ? view_.segment->row_of(*ordinal) : std::nullopt;
    }
    Status visit(const RowBitmap& rows,
                 const std::function<Status(uint32_t, const DocumentId&, std::string_view)>& each)
        const override {
        std::vector<uint32_t> batch;
        for (const uint32_t row : rows) {
            batch.push_back(row);
            if (batch.size() == kFilterReadBatch) TEMBLOR_RETURN_IF_ERROR(visit_batch(batch, each));
        }
        return visit_batch(batch, each);
    }

private:
    Status visit_batch(
        std::vector<uint32_t>& batch,
        const std::function<Status(uint32_t, const DocumentId&, std::string_view)>& each) const {
        std::vector<std::string> keys;
        keys.reserve(batch.size());
        for (const uint32_t row : batch)
            keys.push_back(encode_ordinal(view_.segment->ordinals()[row]));
        TEMBLOR_ASSIGN_OR_RETURN(const auto points, database_.get_many(Table::kPoints, keys));
        for (size_t i = 0; i < batch.size(); ++i) {
            if (!points[i]) continue;  // dead
            TEMBLOR_ASSIGN_OR_RETURN(const StoredPoint point, decode_point(*points[i]));
            TEMBLOR_RETURN_IF_ERROR(each(batch[i], point.id, point.payload));
        }
        batch.clear();
        return Status::ok();
    }

    const DatabaseView& database_;
    const SegmentView& view_;
};

class MemtablePayloads : public PayloadSource {
public:
    MemtablePayloads(const Version& version, const MemtableView& view)
        : database_(*version.database), view_(view) {}

    [[nodiscard]] uint64_t rows() const override { return view_.rows; }
    [[nodiscard]] const PayloadIndex* index(std::string_view /*key*/) const override {
        return nullptr;
    }
    [[nodiscard]] std::optional<uint32_t> row_of(const DocumentId& id) const override {
        const auto ordinal = ordinal_of(database_, id);
        return ordinal ? view_.memtable->row_of_ordinal(*ordinal, view_.rows) : std::nullopt;
    }
    Status visit(const RowBitmap& rows,
                 const std::function<Status(uint32_t, const DocumentId&, std::string_view)>& each)
        const override {
        for (const uint32_t row : rows) {
            TEMBLOR_RETURN_IF_ERROR(
                each(row, view_.memtable->id(row), view_.memtable->payload(row)));
        }
        return Status::ok();
    }

private:
    const DatabaseView& database_;
    const MemtableView& view_;
};

Result<FilterRows> filter_live(const PayloadSource& source, const DeadRows& dead,
                               const Filter& filter) {
    RowBitmap live;
    live.addRange(0, source.rows());
    live -= dead.all();
    return filter_rows(filter, source, &live);
}

}  // namespace

Result<FilterRows> filter_segment(const Version& version, const SegmentView& segment,
                                  const Filter& filter) {
    return filter_live(SegmentPayloads(version, segment), segment.dead, filter);
}

Result<FilterRows> filter_memtable(const Version& version, const MemtableView& memtable,
                                   const Filter& filter) {
    return filter_live(MemtablePayloads(version, memtable), memtable.dead, filter);
}

Status for_each_match(const Version& version, const Filter& filter,
                      const std::function<Status(const MatchedRow&)>& each) {
    for (const SegmentView& view : version.segments) {
        TEMBLOR_ASSIGN_OR_RETURN(const FilterRows found, filter_segment(version, view, filter));
        for (const uint32_t row : found.rows)
            TEMBLOR_RETURN_IF_ERROR(each({view.segment.get(), nullptr, row}));
    }
    for (const MemtableView& view : version.memtables) {
        TEMBLOR_ASSIGN_OR_RETURN(const FilterRows found, filter_memtable(version, view, filter));
        for (const uint32_t row : found.rows)
            TEMBLOR_RETURN_IF_ERROR(each({nullptr, view.memtable.get(), row}));
    }
    return Status::ok();
}

}  // namespace temblor
