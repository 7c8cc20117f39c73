#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "data/document_ids.h"
#include "index/payload/key_path.h"
#include "index/payload/moment.h"

namespace temblor {

// The filter language over payloads, as a tree. It is Qdrant's (its filtering documentation and
// HTTP API): filter_parser.h reads its JSON, filter_match.h says which payloads a filter takes.

/// Holds every JSON number that is read (64-bit integers and doubles) without rounding.
using ExactNumber = long double;
static_assert(std::numeric_limits<ExactNumber>::digits >= 64);

/// Bounds that may be absent; all that are there must hold.
template <typename T>
struct Bounds {
    std::optional<T> gt, gte, lt, lte;
    bool operator==(const Bounds&) const = default;

    /// Whether `value` is under the lower bounds, or over the upper ones.
    [[nodiscard]] bool too_small(const T& value) const {
        return (gt && value <= *gt) || (gte && value < *gte);
    }
    [[nodiscard]] bool too_large(const T& value) const {
        return (lt && value >= *lt) || (lte && value > *lte);
    }
    [[nodiscard]] bool hold(const T& value) const { return !too_small(value) && !too_large(value); }
};

/// Values to compare with, by type: 5 is neither 5.0 nor "5" nor true. Sorted and distinct.
struct ValueSet {
    bool with_false = false;
    bool with_true = false;
    std::vector<int64_t> integers;
    std::vector<uint64_t> large_integers;  ///< over the largest int64_t
    std::vector<std::string> strings;

    [[nodiscard]] bool has_bools() const { return with_false || with_true; }
    bool operator==(const ValueSet&) const = default;
};

// What can be asked of the values of a key. A key's value that is an array is taken element by
// element, one level deep; a test holds when it holds for any of them.

/// A value of the set.
struct MatchAny {
    ValueSet values;
    bool operator==(const MatchAny&) const = default;
};
/// A value that is neither null nor of the set. Any one such element of an array is enough.
struct MatchExcept {
    ValueSet values;
    bool operator==(const MatchExcept&) const = default;
};
/// A string among whose words (words.h) are all of these; every string when there are none.
struct MatchText {
    std::vector<std::string> words;
    bool operator==(const MatchText&) const = default;
};
/// A number, compared without rounding.
struct NumberRange {
    Bounds<ExactNumber> bounds;
    bool operator==(const NumberRange&) const = default;
};
/// A string that is a moment (moment.h).
struct MomentRange {
    Bounds<Moment> bounds;
    bool operator==(const MomentRange&) const = default;
};
/// How many values: the elements of an array, 1 for any other value, 0 for null and for no value.
struct ValuesCount {
    Bounds<uint64_t> bounds;
    bool operator==(const ValuesCount&) const = default;
};
/// No value, or only null and [].
struct IsEmpty {
    bool operator==(const IsEmpty&) const = default;
};
/// Null, or an array that holds null.
struct IsNull {
    bool operator==(const IsNull&) const = default;
};
using FieldTest = std::variant<MatchAny, MatchExcept, MatchText, NumberRange, MomentRange,
                               ValuesCount, IsEmpty, IsNull>;

struct FieldCondition {
    KeyPath key;
    FieldTest test;
    bool operator==(const FieldCondition&) const = default;
};

/// One of these ids; sorted and distinct.
struct HasId {
    std::vector<DocumentId> ids;
    bool operator==(const HasId&) const = default;
};

struct Condition;

/// `count` or more of the conditions.
struct MinShould {
    std::vector<Condition> conditions;
    uint64_t count = 0;
    bool operator==(const MinShould& other) const;
};

/// All of `must`, none of `must_not`, one or more of `should` when there are any, and `min_should`.
/// An empty filter takes everything.
struct Filter {
    std::vector<Condition> must;
    std::vector<Condition> should;
    std::vector<Condition> must_not;
    std::optional<MinShould> min_should;

    [[nodiscard]] bool is_empty() const;
    bool operator==(const Filter& other) const;
};

/// One object of the array at `key` (no other value will do) that `filter`, whose keys start from
/// that object, takes.
struct NestedCondition {
    KeyPath key;
    Filter filter;
    bool operator==(const NestedCondition& other) const;
};

struct Condition {
    std::variant<FieldCondition, HasId, NestedCondition, Filter> what;
    bool operator==(const Condition& other) const;
};

/// Canonical JSON, which parse_filter reads back as an equal filter: equal filters give equal text.
std::string to_json(const Filter& filter);

}  // namespace temblor
