#include "index/payload/filter_match.h"

#include <algorithm>

#include "index/payload/payload_values.h"
#include "index/payload/words.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

bool holds(const ValueSet& set, dom::element value) {
    switch (value.type()) {
        case dom::element_type::STRING:
            return std::binary_search(set.strings.begin(), set.strings.end(),
                                      value.get_string().value_unsafe());
        case dom::element_type::INT64:
            return std::binary_search(set.integers.begin(), set.integers.end(),
                                      value.get_int64().value_unsafe());
        case dom::element_type::UINT64:
            return std::binary_search(set.large_integers.begin(), set.large_integers.end(),
                                      value.get_uint64().value_unsafe());
        case dom::element_type::BOOL:
            return value.get_bool().value_unsafe() ? set.with_true : set.with_false;
        default:
            return false;
    }
}

struct TestMatcher {
    dom::element payload;
    const KeyPath& key;

    /// Any value, or element of a value that is an array.
    template <typename Visit>
    [[nodiscard]] bool any(const Visit& visit) const {
        return any_value(payload, key,
                         [&visit](dom::element value) { return any_element(value, visit); });
    }

    bool operator()(const MatchAny& test) const {
        return any([&test](dom::element value) { return holds(test.values, value); });
    }
    bool operator()(const MatchExcept& test) const {
        return any(
            [&test](dom::element value) { return !value.is_null() && !holds(test.values, value); });
    }
    bool operator()(const MatchText& test) const {
        return any([&test](dom::element value) {
            std::string_view text;
            return value.get(text) == simdjson::SUCCESS && holds_words(text, test.words);
        });
    }
    bool operator()(const NumberRange& test) const {
        return any([&test](dom::element value) {
            const auto number = exact_number(value);
            return number && test.bounds.hold(*number);
        });
    }
    bool operator()(const MomentRange& test) const {
        return any([&test](dom::element value) {
            const auto moment = moment_of(value);
            return moment && test.bounds.hold(*moment);
        });
    }
    bool operator()(const ValuesCount& test) const {
        bool reached = false;
        const bool found = any_value(payload, key, [&](dom::element value) {
            reached = true;
            dom::array array;
            uint64_t count = value.is_null() ? 0 : 1;
            if (value.get(array) == simdjson::SUCCESS) {
                count = static_cast<uint64_t>(std::distance(array.begin(), array.end()));
            }
            return test.bounds.hold(count);
        });
        return reached ? found : test.bounds.hold(0);
    }
    bool operator()(const IsEmpty&) const { return is_empty_at(payload, key); }
    bool operator()(const IsNull&) const { return is_null_at(payload, key); }
};

struct ConditionMatcher {
    const DocumentId& id;
    dom::element payload;

    bool operator()(const FieldCondition& condition) const {
        return matches(condition.test, condition.key, payload);
    }
    bool operator()(const HasId& condition) const {
        return std::binary_search(condition.ids.begin(), condition.ids.end(), id);
    }
    bool operator()(const NestedCondition& condition) const {
        return any_value(payload, condition.key.elements(), [&](dom::element element) {
            return element.is_object() && matches(condition.filter, id, element);
        });
    }
    bool operator()(const Filter& filter) const { return matches(filter, id, payload); }
};

}  // namespace

bool matches(const FieldTest& test, const KeyPath& key, dom::element payload) {
    return std::visit(TestMatcher{payload, key}, test);
}

bool matches(const Filter& filter, const DocumentId& id, dom::element payload) {
    const auto holds_here = [matcher = ConditionMatcher{id, payload}](const Condition& condition) {
        return std::visit(matcher, condition.what);
    };
    if (!std::all_of(filter.must.begin(), filter.must.end(), holds_here)) return false;
    if (std::any_of(filter.must_not.begin(), filter.must_not.end(), holds_here)) return false;
    if (!filter.should.empty() &&
        std::none_of(filter.should.begin(), filter.should.end(), holds_here)) {
        return false;
    }
    if (!filter.min_should) return true;
    uint64_t count = 0;
    for (const Condition& condition : filter.min_should->conditions) {
        if (count >= filter.min_should->count) break;
        if (holds_here(condition)) ++count;
    }
    return count >= filter.min_should->count;
}

}  // namespace temblor
