#include "index/payload/filter_rows.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

#include "index/payload/payload_matcher.h"
#include "index/payload/undecided_rows.h"

namespace temblor {
namespace {

/// Reading and matching a payload costs about as much as walking this many rows of an index.
constexpr uint64_t kPayloadCost = 1000;
constexpr uint64_t kUnknown = std::numeric_limits<uint64_t>::max();

/// Decides conditions by the source's indexes and ids, without reading payloads. Every answer lies
/// within the rows that were asked about.
class IndexEvaluator {
public:
    explicit IndexEvaluator(const PayloadSource& source) : source_(source) {}

    [[nodiscard]] UndecidedRows filter(const Filter& filter, const RowBitmap& rows) const;

private:
    [[nodiscard]] const PayloadIndex* index_of(const KeyPath& key) const {
        const PayloadIndex* index = source_.index(key.text());
        return index != nullptr && index->rows() == source_.rows() ? index : nullptr;
    }

    /// At most how many rows fulfil the condition; kUnknown when no index says so.
    [[nodiscard]] uint64_t estimate(const Condition& condition) const;
    [[nodiscard]] uint64_t estimate(const Filter& filter) const;
    [[nodiscard]] UndecidedRows condition(const Condition& condition, const RowBitmap& rows) const;
    [[nodiscard]] UndecidedRows ids(const HasId& condition, const RowBitmap& rows) const;
    [[nodiscard]] UndecidedRows nested(const NestedCondition& condition,
                                       const RowBitmap& rows) const;
    [[nodiscard]] UndecidedRows any_of(const std::vector<Condition>& conditions,
                                       const RowBitmap& rows) const;
    [[nodiscard]] UndecidedRows min_should(const MinShould& clause, const RowBitmap& rows) const;

    const PayloadSource& source_;
};

uint64_t IndexEvaluator::estimate(const Filter& filter) const {
    uint64_t least = kUnknown;
    for (const Condition& one : filter.must) least = std::min(least, estimate(one));
    if (filter.should.empty()) return least;
    uint64_t sum = 0;
    for (const Condition& one : filter.should) {
        const uint64_t rows = estimate(one);
        sum = rows > kUnknown - sum ? kUnknown : sum + rows;
    }
    return std::min(least, sum);
}

uint64_t IndexEvaluator::estimate(const Condition& condition) const {
    if (const auto* field = std::get_if<FieldCondition>(&condition.what)) {
        const PayloadIndex* index = index_of(field->key);
        return index == nullptr ? kUnknown : index->estimate(condition).value_or(kUnknown);
    }
    if (const auto* has_id = std::get_if<HasId>(&condition.what)) return has_id->ids.size();
    if (const auto* inner = std::get_if<Filter>(&condition.what)) return estimate(*inner);
    return kUnknown;
}

UndecidedRows IndexEvaluator::ids(const HasId& condition, const RowBitmap& rows) const {
    UndecidedRows answer;
    for (const DocumentId& id : condition.ids) {
        const auto row = source_.row_of(id);
        if (row && rows.contains(*row)) answer.yes.add(*row);
    }
    return answer;
}

/// A test of one object's values holds for the array as a whole too, when it asks for any value:
/// then an index of "key[].inner" rules rows out.
UndecidedRows IndexEvaluator::nested(const NestedCondition& condition,
                                     const RowBitmap& rows) const {
    UndecidedRows answer{{}, rows};
    for (const Condition& one : condition.filter.must) {
        const auto* field = std::get_if<FieldCondition>(&one.what);
        if (field == nullptr || std::holds_alternative<ValuesCount>(field->test) ||
            std::holds_alternative<IsEmpty>(field->test)) {
            continue;
        }
        FieldCondition whole{condition.key.through_elements(field->key), field->test};
        answer.maybe &= this->condition(Condition{std::move(whole)}, answer.maybe).possible();
        if (answer.maybe.isEmpty()) break;
    }
    return answer;
}

UndecidedRows IndexEvaluator::condition(const Condition& condition, const RowBitmap& rows) const {
    if (rows.isEmpty()) return {};
    if (const auto* inner = std::get_if<Filter>(&condition.what)) return filter(*inner, rows);
    if (const auto* has_id = std::get_if<HasId>(&condition.what)) return ids(*has_id, rows);
    if (const auto* inner = std::get_if<NestedCondition>(&condition.what)) {
        return nested(*inner, rows);
    }
    const auto& field = std::get<FieldCondition>(condition.what);
    const PayloadIndex* index = index_of(field.key);
    const auto cost = index == nullptr ? std::nullopt : index->estimate(condition);
    if (!cost || *cost / kPayloadCost > rows.cardinality()) return {{}, rows};
    const auto known = index->rows(condition);
    if (!known) return {{}, rows};
    return {known->certain & rows, known->uncertain & rows};
}

UndecidedRows IndexEvaluator::any_of(const std::vector<Condition>& conditions,
                                     const RowBitmap& rows) const {
    UndecidedRows answer;
    RowBitmap open = rows;
    for (const Condition& one : conditions) {
        answer.or_with(condition(one, open));
        open -= answer.yes;
        if (open.isEmpty()) break;
    }
    return answer;
}

UndecidedRows IndexEvaluator::min_should(const MinShould& clause, const RowBitmap& rows) const {
    if (clause.count == 0) return {rows, {}};
    if (clause.count > clause.conditions.size()) return {};
    RowCounter certain;
    RowCounter possible;
    for (const Condition& one : clause.conditions) {
        UndecidedRows answer = condition(one, rows);
        possible.add(answer.possible());
        certain.add(std::move(answer.yes));
    }
    UndecidedRows answer{certain.at_least(clause.count, rows),
                         possible.at_least(clause.count, rows)};
    answer.maybe -= answer.yes;
    return answer;
}

UndecidedRows IndexEvaluator::filter(const Filter& filter, const RowBitmap& rows) const {
    UndecidedRows answer{rows, {}};
    RowBitmap open = rows;
    const auto narrow = [&](const UndecidedRows& by) {
        answer.and_with(by);
        open = answer.possible();
    };

    std::vector<std::pair<uint64_t, const Condition*>> order;
    for (const Condition& one : filter.must) order.emplace_back(estimate(one), &one);
    std::stable_sort(order.begin(), order.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [least, one] : order) {
        if (open.isEmpty()) return {};
        narrow(condition(*one, open));
    }
    if (!filter.should.empty()) narrow(any_of(filter.should, open));
    if (!filter.must_not.empty()) {
        UndecidedRows refused = any_of(filter.must_not, open);
        refused.negate(open);
        narrow(refused);
    }
    if (filter.min_should) narrow(min_should(*filter.min_should, open));
    return answer;
}

}  // namespace

Result<FilterRows> filter_rows(const Filter& filter, const PayloadSource& source,
                               const RowBitmap* candidates) {
    RowBitmap rows;
    if (source.rows() != 0) rows.addRange(0, source.rows());
    if (candidates != nullptr) rows &= *candidates;
    UndecidedRows known = IndexEvaluator(source).filter(filter, rows);
    FilterRows found{std::move(known.yes), 0};
    if (known.maybe.isEmpty()) return found;
    PayloadMatcher matcher;
    TEMBLOR_RETURN_IF_ERROR(source.visit(
        known.maybe, [&](uint32_t row, const DocumentId& id, std::string_view json) -> Status {
            ++found.payloads_read;
            auto taken = matcher.matches(filter, id, json);
            if (!taken.is_ok()) {
                return std::move(taken).status().with_context("row " + std::to_string(row));
            }
            if (*taken) found.rows.add(row);
            return Status::ok();
        }));
    return found;
}

}  // namespace temblor
