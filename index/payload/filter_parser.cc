#include "index/payload/filter_parser.h"

#include <algorithm>
#include <string>

#include "index/payload/json_members.h"
#include "index/payload/words.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

template <typename T>
void sort_distinct(std::vector<T>& values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
}

constexpr size_t kUuidDigits = 32;

/// A UUID of upper or lower case digits, with dashes or without; text that reads as a number is
/// that number, as everywhere (data/document_ids.h); else the string itself.
DocumentId id_of(std::string_view text) {
    std::string plain;
    for (const char c : text) plain += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    if (plain.size() == kUuidDigits) {
        for (const size_t place : {20U, 16U, 12U, 8U}) plain.insert(place, 1, '-');
    }
    DocumentId id = parse_document_id(plain);
    if (std::holds_alternative<Uuid>(id)) return id;
    return parse_document_id(text);
}

class FilterParser {
public:
    Result<Filter> filter(dom::element element, const JsonPlace& place, size_t depth);

private:
    Status conditions(const OptionalElement& element, const JsonPlace& place, size_t depth,
                      std::vector<Condition>& out);
    Result<MinShould> min_should(dom::element element, const JsonPlace& place, size_t depth);
    Result<Condition> condition(dom::element element, const JsonPlace& place, size_t depth);
    Result<NestedCondition> nested(dom::element element, const JsonPlace& place, size_t depth);
    Result<HasId> has_id(dom::element element, const JsonPlace& place);
    Result<FieldTest> match(dom::element element, const JsonPlace& place);
    Result<ValueSet> value_set(dom::element element, const JsonPlace& place);
    Status add_value(dom::element element, const JsonPlace& place, ValueSet& set);
    Status count_one(const JsonPlace& place);

    size_t values_ = 0;
};

Status FilterParser::count_one(const JsonPlace& place) {
    if (++values_ <= kMaxFilterValues) return Status::ok();
    return place.wrong("more than " + std::to_string(kMaxFilterValues) +
                       " conditions and values in one filter");
}

Result<KeyPath> read_key(const OptionalElement& element, const JsonPlace& up) {
    const JsonPlace place(up, "key");
    if (!element) return place.wrong("missing");
    std::string_view text;
    if (element->get(text) != simdjson::SUCCESS) return place.expected("a string", *element);
    auto key = KeyPath::parse(text);
    if (!key.is_ok()) return place.wrong(key.status().message());
    return key;
}

/// The key of {key}.
Result<KeyPath> read_lone_key(dom::element element, const JsonPlace& place) {
    constexpr std::array<std::string_view, 1> kNames = {"key"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(element, place, kNames));
    return read_key(members[0], place);
}

/// A bound as `read` takes it; `read` returns false for what it does not take.
template <typename T, typename Read>
Result<Bounds<T>> read_bounds(dom::element element, const JsonPlace& place, std::string_view what,
                              const Read& read) {
    constexpr std::array<std::string_view, 4> kNames = {"gt", "gte", "lt", "lte"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(element, place, kNames));
    Bounds<T> bounds;
    const std::array<std::optional<T>*, 4> slots = {&bounds.gt, &bounds.gte, &bounds.lt,
                                                    &bounds.lte};
    bool some = false;
    for (size_t i = 0; i < kNames.size(); ++i) {
        if (!members[i]) continue;
        T value{};
        if (!read(*members[i], value)) {
            return JsonPlace(place, kNames[i]).expected(what, *members[i]);
        }
        *slots[i] = value;
        some = true;
    }
    if (!some) return place.wrong("expected one or more of gt, gte, lt, lte");
    return bounds;
}

bool read_number(dom::element element, ExactNumber& number) {
    if (element.is_int64()) {
        number = static_cast<ExactNumber>(element.get_int64().value_unsafe());
    } else if (element.is_uint64()) {
        number = static_cast<ExactNumber>(element.get_uint64().value_unsafe());
    } else if (element.is_double()) {
        // Negative zero is zero: equal bounds have equal texts.
        number = static_cast<ExactNumber>(element.get_double().value_unsafe()) + 0.0L;
    } else {
        return false;
    }
    return true;
}

bool read_moment(dom::element element, Moment& moment) {
    std::string_view text;
    if (element.get(text) != simdjson::SUCCESS) return false;
    const auto parsed = parse_moment(text);
    if (parsed) moment = *parsed;
    return parsed.has_value();
}

/// The first bound says which kind of range it is.
Result<FieldTest> read_range(dom::element element, const JsonPlace& place) {
    dom::object object;
    bool moments = false;
    if (element.get(object) == simdjson::SUCCESS) {
        for (const auto [name, value] : object) {
            if (value.is_null()) continue;
            std::string_view text;
            moments = value.get(text) == simdjson::SUCCESS;
            if (moments && !parse_moment(text)) {
                return JsonPlace(place, name)
                    .wrong(
                        "expected a number or an RFC 3339 date and time, got a string that is "
                        "neither");
            }
            break;
        }
    }
    if (moments) {
        TEMBLOR_ASSIGN_OR_RETURN(
            const auto bounds,
            read_bounds<Moment>(element, place, "an RFC 3339 date and time", read_moment));
        return FieldTest(MomentRange{bounds});
    }
    TEMBLOR_ASSIGN_OR_RETURN(const auto bounds,
                             read_bounds<ExactNumber>(element, place, "a number", read_number));
    return FieldTest(NumberRange{bounds});
}

Result<FieldTest> read_values_count(dom::element element, const JsonPlace& place) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto bounds,
                             read_bounds<uint64_t>(element, place, "an unsigned integer",
                                                   [](dom::element value, uint64_t& count) {
                                                       return value.get(count) == simdjson::SUCCESS;
                                                   }));
    return FieldTest(ValuesCount{bounds});
}

Status FilterParser::add_value(dom::element element, const JsonPlace& place, ValueSet& set) {
    TEMBLOR_RETURN_IF_ERROR(count_one(place));
    if (element.is_string()) {
        set.strings.emplace_back(element.get_string().value_unsafe());
    } else if (element.is_int64()) {
        set.integers.push_back(element.get_int64().value_unsafe());
    } else if (element.is_uint64()) {
        set.large_integers.push_back(element.get_uint64().value_unsafe());
    } else if (element.is_bool()) {
        (element.get_bool().value_unsafe() ? set.with_true : set.with_false) = true;
    } else {
        return place.expected("a string, an integer or a boolean", element);
    }
    return Status::ok();
}

Result<ValueSet> FilterParser::value_set(dom::element element, const JsonPlace& place) {
    dom::array array;
    if (element.get(array) != simdjson::SUCCESS) return place.expected("an array", element);
    ValueSet set;
    size_t index = 0;
    for (const dom::element value : array) {
        TEMBLOR_RETURN_IF_ERROR(add_value(value, JsonPlace(place, index++), set));
    }
    sort_distinct(set.integers);
    sort_distinct(set.large_integers);
    sort_distinct(set.strings);
    return set;
}

Result<FieldTest> FilterParser::match(dom::element element, const JsonPlace& place) {
    constexpr std::array<std::string_view, 4> kNames = {"value", "any", "except", "text"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(element, place, kNames));
    const auto given = std::count_if(members.begin(), members.end(),
                                     [](const OptionalElement& m) { return m.has_value(); });
    if (given != 1) return place.wrong("expected one of value, any, except, text");
    if (members[0]) {
        MatchAny test;
        TEMBLOR_RETURN_IF_ERROR(add_value(*members[0], JsonPlace(place, "value"), test.values));
        return FieldTest(std::move(test));
    }
    if (members[1]) {
        TEMBLOR_ASSIGN_OR_RETURN(auto set, value_set(*members[1], JsonPlace(place, "any")));
        return FieldTest(MatchAny{std::move(set)});
    }
    if (members[2]) {
        TEMBLOR_ASSIGN_OR_RETURN(auto set, value_set(*members[2], JsonPlace(place, "except")));
        return FieldTest(MatchExcept{std::move(set)});
    }
    std::string_view text;
    if (members[3]->get(text) != simdjson::SUCCESS) {
        return JsonPlace(place, "text").expected("a string", *members[3]);
    }
    return FieldTest(MatchText{distinct_words(text)});
}

Result<HasId> FilterParser::has_id(dom::element element, const JsonPlace& place) {
    dom::array array;
    if (element.get(array) != simdjson::SUCCESS) return place.expected("an array", element);
    HasId condition;
    size_t index = 0;
    for (const dom::element value : array) {
        const JsonPlace at(place, index++);
        TEMBLOR_RETURN_IF_ERROR(count_one(at));
        uint64_t number = 0;
        if (value.is_string()) {
            condition.ids.push_back(id_of(value.get_string().value_unsafe()));
        } else if (value.get(number) == simdjson::SUCCESS) {
            condition.ids.emplace_back(number);
        } else {
            return at.expected("an unsigned integer or a string", value);
        }
    }
    sort_distinct(condition.ids);
    return condition;
}

Result<NestedCondition> FilterParser::nested(dom::element element, const JsonPlace& place,
                                             size_t depth) {
    constexpr std::array<std::string_view, 2> kNames = {"key", "filter"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(element, place, kNames));
    NestedCondition condition;
    TEMBLOR_ASSIGN_OR_RETURN(condition.key, read_key(members[0], place));
    const JsonPlace at(place, "filter");
    if (!members[1]) return at.wrong("missing");
    TEMBLOR_ASSIGN_OR_RETURN(condition.filter, filter(*members[1], at, depth + 1));
    return condition;
}

/// A member that only filters have makes it one.
bool looks_like_filter(dom::element element) {
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS) return false;
    for (const auto [name, value] : object) {
        if (name == "must" || name == "should" || name == "must_not" || name == "min_should") {
            return true;
        }
    }
    return false;
}

Result<Condition> FilterParser::condition(dom::element element, const JsonPlace& place,
                                          size_t depth) {
    constexpr std::array<std::string_view, 8> kNames = {
        "key", "match", "range", "values_count", "is_empty", "is_null", "has_id", "nested"};
    TEMBLOR_RETURN_IF_ERROR(count_one(place));
    if (looks_like_filter(element)) {
        TEMBLOR_ASSIGN_OR_RETURN(Filter inner, filter(element, place, depth + 1));
        if (inner.is_empty()) return place.wrong("a condition that says nothing");
        return Condition{std::move(inner)};
    }
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(element, place, kNames));
    const auto given = std::count_if(members.begin() + 1, members.end(),
                                     [](const OptionalElement& m) { return m.has_value(); });
    if (given != 1) {
        return place.wrong(
            "expected one of match, range, values_count (each with key), is_empty, is_null, "
            "has_id, "
            "nested, or a filter");
    }
    const auto which =
        static_cast<size_t>(std::find_if(members.begin() + 1, members.end(),
                                         [](const OptionalElement& m) { return m.has_value(); }) -
                            members.begin());
    const dom::element what = *members[which];
    const JsonPlace at(place, kNames[which]);
    if (which > 3 && members[0]) {
        return JsonPlace(place, "key").wrong("does not go with " + std::string(kNames[which]));
    }
    if (which == 6) {
        TEMBLOR_ASSIGN_OR_RETURN(HasId ids, has_id(what, at));
        return Condition{std::move(ids)};
    }
    if (which == 7) {
        TEMBLOR_ASSIGN_OR_RETURN(NestedCondition inner, nested(what, at, depth));
        return Condition{std::move(inner)};
    }
    if (which > 3) {
        TEMBLOR_ASSIGN_OR_RETURN(KeyPath key, read_lone_key(what, at));
        FieldTest test = which == 4 ? FieldTest(IsEmpty{}) : FieldTest(IsNull{});
        return Condition{FieldCondition{std::move(key), std::move(test)}};
    }
    TEMBLOR_ASSIGN_OR_RETURN(KeyPath key, read_key(members[0], place));
    auto test = which == 1   ? match(what, at)
                : which == 2 ? read_range(what, at)
                             : read_values_count(what, at);
    if (!test.is_ok()) return std::move(test).status();
    return Condition{FieldCondition{std::move(key), std::move(test).value()}};
}

Status FilterParser::conditions(const OptionalElement& element, const JsonPlace& place,
                                size_t depth, std::vector<Condition>& out) {
    if (!element) return Status::ok();
    dom::array array;
    if (element->get(array) != simdjson::SUCCESS) {
        if (!element->is_object()) {
            return place.expected("a condition or an array of conditions", *element);
        }
        TEMBLOR_ASSIGN_OR_RETURN(Condition one, condition(*element, place, depth));
        out.push_back(std::move(one));
        return Status::ok();
    }
    size_t index = 0;
    for (const dom::element value : array) {
        TEMBLOR_ASSIGN_OR_RETURN(Condition one, condition(value, JsonPlace(place, index++), depth));
        out.push_back(std::move(one));
    }
    return Status::ok();
}

Result<MinShould> FilterParser::min_should(dom::element element, const JsonPlace& place,
                                           size_t depth) {
    constexpr std::array<std::string_view, 2> kNames = {"conditions", "min_count"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(element, place, kNames));
    MinShould clause;
    const JsonPlace list(place, "conditions");
    const JsonPlace count(place, "min_count");
    if (!members[0]) return list.wrong("missing");
    if (!members[1]) return count.wrong("missing");
    TEMBLOR_RETURN_IF_ERROR(conditions(members[0], list, depth, clause.conditions));
    if (members[1]->get(clause.count) != simdjson::SUCCESS) {
        return count.expected("an unsigned integer", *members[1]);
    }
    return clause;
}

Result<Filter> FilterParser::filter(dom::element element, const JsonPlace& place, size_t depth) {
    constexpr std::array<std::string_view, 4> kNames = {"must", "should", "must_not", "min_should"};
    if (depth > kMaxFilterDepth) {
        return place.wrong("filters within filters more than " + std::to_string(kMaxFilterDepth) +
                           " deep");
    }
    TEMBLOR_ASSIGN_OR_RETURN(const auto members, read_members(element, place, kNames));
    Filter out;
    const std::array<std::vector<Condition>*, 3> clauses = {&out.must, &out.should, &out.must_not};
    for (size_t i = 0; i < clauses.size(); ++i) {
        TEMBLOR_RETURN_IF_ERROR(
            conditions(members[i], JsonPlace(place, kNames[i]), depth, *clauses[i]));
    }
    if (members[3]) {
        TEMBLOR_ASSIGN_OR_RETURN(out.min_should,
                                 min_should(*members[3], JsonPlace(place, kNames[3]), depth));
    }
    return out;
}

}  // namespace

Result<Filter> parse_filter(dom::element json, std::string_view place) {
    return FilterParser().filter(json, JsonPlace(place), 1);
}

Result<Filter> parse_filter(std::string_view json) {
    dom::parser parser;
    dom::element root;
    const auto error =
        json.empty() ? simdjson::EMPTY : parser.parse(json.data(), json.size()).get(root);
    if (error != simdjson::SUCCESS) {
        return Status::invalid_argument(std::string("filter: not valid JSON: ") +
                                        simdjson::error_message(error));
    }
    return parse_filter(root, "filter");
}

}  // namespace temblor
