#include "tests/crash/store_answers.h"

#include <cstring>
#include <functional>

#include "index/collection/point_codec.h"
#include "index/payload/filter_parser.h"
#include "query/collection/collection_reader.h"
#include "query/collection/collection_search.h"

namespace temblor::testing {
namespace {

constexpr uint64_t kPage = 64;

const std::vector<std::optional<std::string>> kFilters{
    std::nullopt,
    R"({"must":[{"key":"city","match":{"value":"Lima"}}]})",
    R"({"must":[{"key":"price","range":{"gte":10,"lt":40}}],"must_not":[{"key":"city","match":{"value":"Oslo"}}]})",
    R"({"should":[{"is_empty":{"key":"city"}},{"key":"tags[]","match":{"any":["Pune"]}}]})",
};

std::optional<Filter> parsed(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    return parse_filter(*text).value();
}

std::string number(uint64_t n) { return std::to_string(n) + ' '; }

Result<std::string> scrolled(const Version& version) {
    std::string out;
    std::optional<DocumentId> from;
    do {
        TEMBLOR_ASSIGN_OR_RETURN(const ScrollPage page, scroll_points(version, from, kPage, {}));
        for (const ReadPoint& read : page.points) out += number(read.ordinal) + text_of(read.point);
        from = page.next;
    } while (from);
    return out;
}

Result<std::string> gotten(const Version& version, uint64_t pool) {
    std::vector<DocumentId> ids;
    for (uint64_t i = 0; i < pool; ++i) ids.emplace_back(i);
    TEMBLOR_ASSIGN_OR_RETURN(const auto points, get_points(version, ids));
    std::string out;
    for (const ReadPoint& read : points) out += number(read.ordinal) + text_of(read.point);
    return out;
}

Result<std::string> counted(const Version& version, const std::optional<Filter>& filter) {
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t count, count_points(version, filter));
    return number(count);
}

Result<std::string> found(const Version& version, const std::string& vector,
                          std::variant<SparseVector, DenseVector> query,
                          const std::optional<Filter>& filter) {
    CollectionQuery q;
    q.vector = vector;
    q.query = std::move(query);
    q.filter = filter;
    q.parameters.k = 100'000;
    q.parameters.exact = true;
    CollectionScratch scratch;
    CollectionResult result;
    TEMBLOR_RETURN_IF_ERROR(search_collection(version, q, scratch, result));
    std::string out;
    for (const CollectionHit& hit : result.hits) {
        uint32_t bits = 0;
        std::memcpy(&bits, &hit.score, sizeof bits);
        out += encode_id(hit.id) + number(hit.ordinal) + number(bits);
    }
    return out;
}

}  // namespace

std::string text_of(const Point& point) {
    return encode_id(point.id) + point.payload + encode_vectors(point.vectors);
}

std::vector<Result<std::string>> all_answers(const Version& version, uint64_t pool) {
    std::vector<Result<std::string>> answers;
    answers.push_back(scrolled(version));
    answers.push_back(gotten(version, pool));
    SparseVector all;
    SparseVector some;
    for (uint32_t c = 0; c < 64; ++c) {
        all.components.push_back(c);
        all.values.push_back(1);
        if (c % 7 != 3) continue;
        some.components.push_back(c);
        some.values.push_back(static_cast<float>(c) / 8);
    }
    for (const auto& text : kFilters) {
        const std::optional<Filter> filter = parsed(text);
        answers.push_back(counted(version, filter));
        answers.push_back(found(version, "text", all, filter));
        answers.push_back(found(version, "plain", some, filter));
        answers.push_back(found(version, "dot", DenseVector{1, -2, 0.5F, 3}, filter));
        answers.push_back(found(version, "cosine", DenseVector{1, 1, -1}, filter));
    }
    return answers;
}

bool agree(const std::vector<Result<std::string>>& found,
           const std::vector<Result<std::string>>& right) {
    for (size_t i = 0; i < found.size(); ++i) {
        if (found[i].is_ok() && *found[i] != *right[i]) return false;
    }
    return true;
}

Status first_error(const std::vector<Result<std::string>>& found) {
    for (const auto& answer : found) {
        if (!answer.is_ok()) return answer.status();
    }
    return Status::ok();
}

}  // namespace temblor::testing
