#include "index/collection/write_group.h"

#include <algorithm>

#include "index/collection/point_codec.h"
#include "index/collection/version_filter.h"

namespace temblor {

Result<std::optional<Point>> load_point(const DatabaseView& view, uint64_t ordinal) {
    const std::string key = encode_ordinal(ordinal);
    TEMBLOR_ASSIGN_OR_RETURN(const auto stored, view.get(Table::kPoints, key));
    if (!stored) return std::optional<Point>();
    TEMBLOR_ASSIGN_OR_RETURN(const auto vectors, view.get(Table::kVectors, key));
    if (!vectors) return Status::corruption("database: a point without vectors");
    TEMBLOR_ASSIGN_OR_RETURN(StoredPoint decoded, decode_point(*stored));
    Point point{std::move(decoded.id), std::move(decoded.payload), {}};
    TEMBLOR_ASSIGN_OR_RETURN(point.vectors, decode_vectors(*vectors));
    return std::optional(std::move(point));
}

Result<std::optional<uint64_t>> WriteGroup::stored(const std::string& id_key) const {
    TEMBLOR_ASSIGN_OR_RETURN(const auto value, version_->database->get(Table::kIds, id_key));
    if (!value) return std::optional<uint64_t>();
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t ordinal, decode_ordinal(*value));
    return std::optional(ordinal);
}

Result<bool> WriteGroup::exists(const DocumentId& id) const {
    const std::string key = encode_id(id);
    if (const auto at = pending_.find(key); at != pending_.end())
        return at->second.change.point.has_value();
    TEMBLOR_ASSIGN_OR_RETURN(const auto ordinal, stored(key));
    return ordinal.has_value();
}

Result<std::optional<Point>> WriteGroup::load(const DocumentId& id) const {
    const std::string key = encode_id(id);
    if (const auto at = pending_.find(key); at != pending_.end()) return at->second.change.point;
    TEMBLOR_ASSIGN_OR_RETURN(const auto ordinal, stored(key));
    if (!ordinal) return std::optional<Point>();
    TEMBLOR_ASSIGN_OR_RETURN(auto point, load_point(*version_->database, *ordinal));
    if (!point) return Status::corruption("database: an id without its point");
    return point;
}

Result<std::vector<DocumentId>> WriteGroup::select(const Filter& filter) const {
    TEMBLOR_CHECK(pending_.empty());
    std::vector<DocumentId> ids;
    TEMBLOR_RETURN_IF_ERROR(for_each_match(*version_, filter, [&](const MatchedRow& row) {
        ids.push_back(row.id());
        return Status::ok();
    }));
    return ids;
}

Result<uint64_t> WriteGroup::add(const WriteOperation& operation) {
    TEMBLOR_ASSIGN_OR_RETURN(std::vector<Change> changes, operation.work_out(*this));
    // All that can fail first.
    std::vector<Outcome> fresh;
    fresh.reserve(changes.size());
    std::vector<std::string> unknown;
    for (Change& change : changes) {
        fresh.push_back({encode_id(change.id), std::move(change), std::nullopt, 0});
        if (!pending_.contains(fresh.back().id_key)) unknown.push_back(fresh.back().id_key);
    }
    TEMBLOR_ASSIGN_OR_RETURN(const auto known, version_->database->get_many(Table::kIds, unknown));
    std::vector<std::optional<uint64_t>> ordinals(unknown.size());
    for (size_t i = 0; i < known.size(); ++i) {
        if (!known[i]) continue;
        TEMBLOR_ASSIGN_OR_RETURN(ordinals[i], decode_ordinal(*known[i]));
    }
    size_t next = 0;
    const uint64_t count = fresh.size();
    for (Outcome& outcome : fresh) {
        outcome.order = order_++;
        const bool was_unknown = next < unknown.size() && unknown[next] == outcome.id_key;
        const std::optional<uint64_t> stored_at =
            was_unknown ? ordinals[next++] : std::optional<uint64_t>();
        const auto at = pending_.find(outcome.id_key);
        outcome.replaces = at != pending_.end() ? at->second.replaces : stored_at;
        if (at != pending_.end()) {
            at->second = std::move(outcome);
        } else {
            std::string key = outcome.id_key;
            pending_.emplace(std::move(key), std::move(outcome));
        }
    }
    return count;
}

std::vector<WriteGroup::Outcome> WriteGroup::take_outcome() {
    std::vector<Outcome> outcome;
    outcome.reserve(pending_.size());
    for (auto& [key, pending] : pending_) outcome.push_back(std::move(pending));
    pending_.clear();
    std::sort(outcome.begin(), outcome.end(),
              [](const Outcome& a, const Outcome& b) { return a.order < b.order; });
    return outcome;
}

}  // namespace temblor
