#include "query/collection/facet.h"

#include <algorithm>
#include <map>

#include "index/collection/point_codec.h"
#include "index/collection/version_filter.h"
#include "index/payload/payload_parser.h"
#include "index/payload/payload_values.h"

namespace temblor {
namespace {

constexpr size_t kBatch = 1024;

/// Counts the values of points, whose payloads it reads many at a time.
class Counter {
public:
    Counter(const Version& version, const KeyPath& key) : version_(version), key_(key) {}

    Status add(uint64_t ordinal) {
        keys_.push_back(encode_ordinal(ordinal));
        return keys_.size() < kBatch ? Status::ok() : flush();
    }
    Status flush() {
        TEMBLOR_ASSIGN_OR_RETURN(const auto stored,
                                 version_.database->get_many(Table::kPoints, keys_));
        for (const auto& one : stored) {
            if (!one) return Status::corruption("database: an id without its point");
            TEMBLOR_ASSIGN_OR_RETURN(const StoredPoint point, decode_point(*one));
            TEMBLOR_ASSIGN_OR_RETURN(const auto payload, parser_.parse(point.payload));
            for (FacetValue& value : facet_values(payload, key_)) ++counts_[std::move(value)];
        }
        keys_.clear();
        return Status::ok();
    }
    [[nodiscard]] const std::map<FacetValue, uint64_t>& counts() const { return counts_; }

private:
    const Version& version_;
    const KeyPath& key_;
    PayloadParser parser_;
    std::vector<std::string> keys_;
    std::map<FacetValue, uint64_t> counts_;
};

}  // namespace

std::vector<FacetValue> facet_values(simdjson::dom::element payload, const KeyPath& key) {
    std::vector<FacetValue> values;
    any_value(payload, key, [&](simdjson::dom::element reached) {
        return any_element(reached, [&](simdjson::dom::element value) {
            std::string_view text;
            int64_t number = 0;
            bool truth = false;
            if (value.get_string().get(text) == simdjson::SUCCESS) {
                values.emplace_back(std::string(text));
            } else if (value.get_int64().get(number) == simdjson::SUCCESS) {
                values.emplace_back(number);
            } else if (value.get_bool().get(truth) == simdjson::SUCCESS) {
                values.emplace_back(truth);
            }
            return false;
        });
    });
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

Result<std::vector<Facet>> count_facets(const Version& version, const KeyPath& key,
                                        const std::optional<Filter>& filter, uint64_t limit,
                                        const std::function<bool()>& cancelled) {
    TEMBLOR_RETURN_IF_ERROR(version.error);
    Counter counter(version, key);
    uint64_t seen = 0;
    TEMBLOR_RETURN_IF_ERROR(
        for_each_match(version, filter.value_or(Filter{}), [&](const MatchedRow& row) {
            if (++seen % kBatch == 0 && cancelled())
                return Status::cancelled("nobody waits for the answer");
            return counter.add(row.ordinal());
        }));
    TEMBLOR_RETURN_IF_ERROR(counter.flush());
    std::vector<Facet> facets;
    for (const auto& [value, count] : counter.counts()) facets.push_back({value, count});
    std::stable_sort(facets.begin(), facets.end(),
                     [](const Facet& a, const Facet& b) { return a.count > b.count; });
    if (facets.size() > limit) facets.resize(limit);
    return facets;
}

}  // namespace temblor
