#include "tests/payload/random_filters.h"

#include <array>

namespace temblor {
namespace {

constexpr std::array<const char*, 22> kNumbers = {"0",
                                                  "-0.0",
                                                  "1",
                                                  "1.0",
                                                  "-1",
                                                  "2.5",
                                                  "5e-324",
                                                  "1e300",
                                                  "-1.7976931348623157e308",
                                                  "9007199254740992",
                                                  "9007199254740993",
                                                  "9007199254740992.0",
                                                  "9223372036854775807",
                                                  "9223372036854775808",
                                                  "9223372036854775808.0",
                                                  "-9223372036854775808",
                                                  "-9223372036854775807",
                                                  "18446744073709551615",
                                                  "18446744073709551616.0",
                                                  "7",
                                                  "7",
                                                  "3"};
constexpr std::array<const char*, 16> kStrings = {R"("")",
                                                  R"("red")",
                                                  R"("Red")",
                                                  R"("red green")",
                                                  R"("green, RED!")",
                                                  R"("1")",
                                                  R"("true")",
                                                  R"("\u0000")",
                                                  R"("\u00c9t\u00e9")",
                                                  R"("2024-05-01T12:00:00Z")",
                                                  R"("2024-05-01T14:00:00+02:00")",
                                                  R"("2024-05-01")",
                                                  R"("2024-05-01T12:00:00.0000001Z")",
                                                  R"("1969-12-31 23:59:59.999999")",
                                                  R"("2024-13-01")",
                                                  R"("9999-12-31T23:59:59-23:59")"};
constexpr std::array<const char*, 5> kMoments = {
    R"("2024-05-01T12:00:00Z")", R"("2024-05-01")", R"("1970-01-01T00:00:00Z")",
    R"("0001-01-01T00:00:00Z")", R"("2024-05-01T13:59:59.9999999+02:00")"};
constexpr std::array<const char*, 4> kNames = {"a", "b", "c", "d.e"};

template <size_t N>
std::string pick(SplitMix& random, const std::array<const char*, N>& from) {
    return from[random.below(N)];
}

}  // namespace

std::string RandomFilters::scalar() {
    const uint64_t kind = below(10);
    if (kind < 4) return pick(random_, kNumbers);
    if (kind < 8) return pick(random_, kStrings);
    if (kind < 9) return below(2) == 0 ? "true" : "false";
    return "null";
}

std::string RandomFilters::value(size_t depth) {
    const uint64_t kind = depth == 0 ? 0 : below(10);
    if (kind < 5) return scalar();
    if (kind < 7) return object(depth - 1);
    std::string array = "[";
    for (uint64_t left = below(4); left > 0; --left) {
        array += value(depth - 1) + (left > 1 ? "," : "");
    }
    return array + "]";
}

std::string RandomFilters::object(size_t depth) {
    std::string json = "{";
    for (const char* name : kNames) {
        if (below(3) == 0) continue;
        json += (json.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":" + value(depth);
    }
    return json + "}";
}

std::string RandomFilters::payload() { return below(50) == 0 ? "" : object(3); }

std::string RandomFilters::key(bool inner) {
    static constexpr std::array<const char*, 10> kKeys = {
        "a", "b", "c", R"(\"d.e\")", "a.b", "a[].b", "b[]", "a[].b[].c", "c[0]", "a.b.c"};
    return "\"key\":\"" + (inner ? std::string(kKeys[below(5)]) : pick(random_, kKeys)) + "\"";
}

std::string RandomFilters::range() {
    const bool moments = below(3) == 0;
    std::string json = "{";
    for (const char* bound : {"gt", "gte", "lt", "lte"}) {
        if (below(3) != 0 && (json.size() > 1 || bound[1] != 't' || bound[2] == '\0')) continue;
        if (json.size() > 1) json += ',';
        json += '"' + std::string(bound) +
                "\":" + (moments ? pick(random_, kMoments) : pick(random_, kNumbers));
    }
    if (json.size() == 1) json += moments ? R"("lte":"2024-05-01")" : R"("gte":1)";
    return json + "}";
}

std::string RandomFilters::match() {
    // Every value that match takes: no fractions.
    const auto one = [this]() -> std::string {
        static constexpr std::array<const char*, 9> kIntegers = {"0",
                                                                 "1",
                                                                 "-1",
                                                                 "7",
                                                                 "9007199254740992",
                                                                 "9007199254740993",
                                                                 "9223372036854775808",
                                                                 "18446744073709551615",
                                                                 "-9223372036854775808"};
        const uint64_t kind = below(9);
        if (kind < 4) return pick(random_, kIntegers);
        if (kind < 8) return pick(random_, kStrings);
        return below(2) == 0 ? "true" : "false";
    };
    const auto list = [&] {
        std::string json = "[";
        for (uint64_t left = below(5); left > 0; --left) json += one() + (left > 1 ? "," : "");
        return json + "]";
    };
    switch (below(5)) {
        case 0:
            return R"({"any":)" + list() + "}";
        case 1:
            return R"({"except":)" + list() + "}";
        case 2:
            return R"({"text":)" + pick(random_, kStrings) + "}";
        default:
            return R"({"value":)" + one() + "}";
    }
}

std::string RandomFilters::count() {
    static constexpr std::array<const char*, 7> kBounds = {
        R"({"gt":0})",  R"({"gte":1})", R"({"lt":1})",        R"({"lte":0})",
        R"({"gte":2})", R"({"lt":3})",  R"({"gt":0,"lte":1})"};
    return pick(random_, kBounds);
}

std::string RandomFilters::condition(size_t depth, bool inner) {
    switch (below(depth == 0 ? 8 : 11)) {
        case 0:
            return R"({"is_empty":{)" + key(inner) + "}}";
        case 1:
            return R"({"is_null":{)" + key(inner) + "}}";
        case 2:
            return "{" + key(inner) + R"(,"values_count":)" + count() + "}";
        case 3:
            return R"({"has_id":[)" + std::to_string(below(300)) + R"(,"id )" +
                   std::to_string(below(300)) + "\"]}";
        case 4:
        case 5:
            return "{" + key(inner) + R"(,"range":)" + range() + "}";
        case 8:
            return R"({"nested":{)" + key(inner) + R"(,"filter":{)" + clauses(depth - 1, true) +
                   "}}}";
        case 9:
        case 10: {
            const std::string inside = clauses(depth - 1, inner);
            // A condition must say something.
            return inside.empty() ? R"({"must":{"has_id":[3,5]}})" : "{" + inside + "}";
        }
        default:
            return "{" + key(inner) + R"(,"match":)" + match() + "}";
    }
}

std::string RandomFilters::clauses(size_t depth, bool inner) {
    std::string json;
    const auto conditions = [&](uint64_t least) {
        std::string list = "[";
        for (uint64_t left = below(3) + least; left > 0; --left) {
            list += condition(depth, inner) + (left > 1 ? "," : "");
        }
        return list + "]";
    };
    for (const char* clause : {"must", "should", "must_not"}) {
        if (below(3) != 0) continue;
        if (!json.empty()) json += ',';
        json += '"' + std::string(clause) + "\":" + conditions(1);
    }
    if (below(5) == 0) {
        if (!json.empty()) json += ',';
        json += R"("min_should":{"conditions":)" + conditions(2) + R"(,"min_count":)" +
                std::to_string(below(4)) + "}";
    }
    return json;
}

std::string RandomFilters::filter(size_t depth) { return "{" + clauses(depth, false) + "}"; }

}  // namespace temblor
