#include <algorithm>

#include "index/payload/indexed_values.h"
#include "index/payload/sorted_run.h"

namespace temblor {
namespace {

/// The indexed values that can be equal to a value of a set, ascending. When `exact`, such an
/// indexed value always is of the set; else only the payload tells. When `others`, a value that is
/// not indexed can be of the set.
template <typename V>
struct Candidates {
    std::vector<V> values;
    bool exact = true;
    bool others = false;
};

struct IntegerKind {
    using Value = int64_t;
    static Candidates<Value> candidates(const ValueSet& set) {
        return {set.integers, true,
                set.has_bools() || !set.large_integers.empty() || !set.strings.empty()};
    }
};

/// A double does not tell whether it was written as an integer.
struct FloatKind {
    using Value = double;
    static Candidates<Value> candidates(const ValueSet& set) {
        Candidates<Value> found{{}, false, set.has_bools() || !set.strings.empty()};
        const auto add = [&found](auto integer) {
            const auto rounded = static_cast<double>(integer);
            if (static_cast<ExactNumber>(rounded) == static_cast<ExactNumber>(integer)) {
                found.values.push_back(rounded);
            } else {
                found.others = true;
            }
        };
        for (const int64_t integer : set.integers) add(integer);
        for (const uint64_t integer : set.large_integers) add(integer);
        return found;
    }
};

/// A moment can be written in many ways.
struct MomentKind {
    using Value = int64_t;
    static Candidates<Value> candidates(const ValueSet& set) {
        Candidates<Value> found{
            {}, false, set.has_bools() || !set.integers.empty() || !set.large_integers.empty()};
        for (const std::string& text : set.strings) {
            if (const auto moment = parse_moment(text)) {
                found.values.push_back(moment->microseconds);
            } else {
                found.others = true;
            }
        }
        std::sort(found.values.begin(), found.values.end());
        found.values.erase(std::unique(found.values.begin(), found.values.end()),
                           found.values.end());
        return found;
    }
};

template <typename Kind>
class IndexedRun final : public IndexedValues {
public:
    using Value = typename Kind::Value;
    using Run = SortedRun<Value>;

    explicit IndexedRun(Run run) : run_(run) {}

    [[nodiscard]] std::optional<ValueRows> find(const FieldTest& test) const override {
        if (const auto* any = std::get_if<MatchAny>(&test)) return find_any(any->values);
        if (const auto* except = std::get_if<MatchExcept>(&test)) {
            return find_except(except->values);
        }
        ValueRows found;
        if (const auto range = range_of(test)) {
            run_.add_rows(*range, found.certain);
            found.others_may_hold = kOthersInRange;
        } else if (std::holds_alternative<MatchText>(test) && kHoldsStrings) {
            run_.add_rows({0, run_.entries()}, found.uncertain);
        }
        return found;
    }

    [[nodiscard]] std::optional<ValueEstimate> estimate(const FieldTest& test) const override {
        if (const auto range = range_of(test)) {
            return ValueEstimate{range->second - range->first, kOthersInRange};
        }
        if (const auto* any = std::get_if<MatchAny>(&test)) {
            const auto candidates = Kind::candidates(any->values);
            ValueEstimate estimate{0, candidates.others};
            for (const Value value : candidates.values) {
                const auto range = run_.equal(value);
                estimate.rows += range.second - range.first;
            }
            return estimate;
        }
        const bool every = std::holds_alternative<MatchExcept>(test) ||
                           (std::holds_alternative<MatchText>(test) && kHoldsStrings);
        return ValueEstimate{every ? run_.entries() : 0, true};
    }

    [[nodiscard]] Status validate() const override { return run_.validate(); }

private:
    static constexpr bool kHoldsStrings = std::is_same_v<Kind, MomentKind>;
    /// Every string that is a moment is in an index of moments; numbers can be left out of theirs.
    static constexpr bool kOthersInRange = !kHoldsStrings;

    /// The entries in the range that the test asks for; nothing for other tests, and for ranges of
    /// another kind.
    [[nodiscard]] std::optional<typename Run::Range> range_of(const FieldTest& test) const {
        if constexpr (kHoldsStrings) {
            const auto* range = std::get_if<MomentRange>(&test);
            if (range == nullptr) return std::nullopt;
            return run_.between([&](Value v) { return range->bounds.too_small(Moment{v}); },
                                [&](Value v) { return range->bounds.too_large(Moment{v}); });
        } else {
            const auto* range = std::get_if<NumberRange>(&test);
            if (range == nullptr) return std::nullopt;
            const auto exact = [](Value v) { return static_cast<ExactNumber>(v); };
            return run_.between([&](Value v) { return range->bounds.too_small(exact(v)); },
                                [&](Value v) { return range->bounds.too_large(exact(v)); });
        }
    }

    [[nodiscard]] ValueRows find_any(const ValueSet& set) const {
        const auto candidates = Kind::candidates(set);
        ValueRows found;
        found.others_may_hold = candidates.others;
        RowBitmap& rows = candidates.exact ? found.certain : found.uncertain;
        for (const Value value : candidates.values) run_.add_rows(run_.equal(value), rows);
        return found;
    }

    [[nodiscard]] ValueRows find_except(const ValueSet& set) const {
        const auto candidates = Kind::candidates(set);
        ValueRows found;
        uint64_t next = 0;
        for (const Value value : candidates.values) {
            const auto range = run_.equal(value);
            // Damaged runs can give ranges that go back.
            if (range.first > next) run_.add_rows({next, range.first}, found.certain);
            if (!candidates.exact) run_.add_rows(range, found.uncertain);
            next = std::max(next, range.second);
        }
        if (next < run_.entries()) run_.add_rows({next, run_.entries()}, found.certain);
        return found;
    }

    Run run_;
};

template <typename Kind>
Result<std::unique_ptr<IndexedValues>> open_run(uint64_t rows, uint64_t entries,
                                                std::span<const std::byte> body) {
    using Run = SortedRun<typename Kind::Value>;
    if (entries > body.size() / Run::kEntryBytes || entries * Run::kEntryBytes != body.size()) {
        return Status::corruption("body: " + std::to_string(body.size()) + " bytes for " +
                                  std::to_string(entries) + " entries");
    }
    return std::unique_ptr<IndexedValues>(
        std::make_unique<IndexedRun<Kind>>(Run(body, entries, rows)));
}

}  // namespace

Result<std::unique_ptr<IndexedValues>> open_integers(uint64_t rows, uint64_t entries,
                                                     std::span<const std::byte> body) {
    return open_run<IntegerKind>(rows, entries, body);
}

Result<std::unique_ptr<IndexedValues>> open_floats(uint64_t rows, uint64_t entries,
                                                   std::span<const std::byte> body) {
    return open_run<FloatKind>(rows, entries, body);
}

Result<std::unique_ptr<IndexedValues>> open_moments(uint64_t rows, uint64_t entries,
                                                    std::span<const std::byte> body) {
    return open_run<MomentKind>(rows, entries, body);
}

}  // namespace temblor
