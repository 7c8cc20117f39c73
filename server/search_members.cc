#include "server/search_members.h"

#include <array>
#include <string>

#include "server/request_json.h"

namespace temblor {

Result<HitPage> read_hit_page(const OptionalElement& limit, const OptionalElement& offset,
                              const JsonPlace& place, const ServerLimits& limits) {
    HitPage page;
    TEMBLOR_ASSIGN_OR_RETURN(page.limit,
                             read_count(limit, {place, "limit"}, kDefaultHits, 1, limits.k));
    TEMBLOR_ASSIGN_OR_RETURN(page.offset, read_count(offset, {place, "offset"}, 0, 0, limits.k));
    if (page.limit + page.offset > limits.k) {
        return place.wrong("expected limit and offset of at most " + std::to_string(limits.k) +
                           " together");
    }
    return page;
}

namespace {

/// What Qdrant's clients say with hnsw_ef: so many candidates. Its usual 128 is the usual setting
/// of hashed lists; graphs take it as it is.
DenseSetting setting_for_ef(uint64_t ef) {
    constexpr uint64_t kUsualEf = 128;
    constexpr uint64_t kMostEf = 1 << 16;
    constexpr uint64_t kFewestLists = 4;
    const uint64_t n = std::min(ef, kMostEf);
    DenseSetting setting;
    setting.refine = static_cast<uint32_t>(n * setting.refine / kUsualEf);
    setting.lists = static_cast<uint32_t>(std::max(kFewestLists, n * setting.lists / kUsualEf));
    setting.ef = static_cast<uint32_t>(n);
    return setting;
}

Status read_dense_setting(const OptionalElement& value, const JsonPlace& place,
                          DenseSetting& setting) {
    if (!value) return Status::ok();
    static constexpr std::array<std::string_view, 4> kNames = {"lists", "slack", "refine", "ef"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(*value, place, kNames));
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t lists,
                             read_count(m[0], {place, "lists"}, setting.lists, 1, UINT32_MAX));
    TEMBLOR_ASSIGN_OR_RETURN(const auto slack, read_float(m[1], {place, "slack"}));
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t refine,
                             read_count(m[2], {place, "refine"}, setting.refine, 0, UINT32_MAX));
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t ef,
                             read_count(m[3], {place, "ef"}, setting.ef, 1, UINT32_MAX));
    setting.lists = static_cast<uint32_t>(lists);
    setting.slack = slack.value_or(setting.slack);
    setting.refine = static_cast<uint32_t>(refine);
    setting.ef = static_cast<uint32_t>(ef);
    return setting.validate().with_context(place.text());
}

}  // namespace

Status read_search_parameters(const OptionalElement& value, const JsonPlace& place,
                              SearchParameters& parameters) {
    if (!value) return Status::ok();
    static constexpr std::array<std::string_view, 7> kNames = {
        "exact", "hnsw_ef", "quantization", "indexed_only", "acorn", "sparse", "dense"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(*value, place, kNames));
    TEMBLOR_ASSIGN_OR_RETURN(parameters.exact, read_bool(m[0], {place, "exact"}, false));
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t ef,
                             read_count(m[1], {place, "hnsw_ef"}, 0, 0, UINT64_MAX));
    if (ef > 0) parameters.dense = setting_for_ef(ef);
    TEMBLOR_RETURN_IF_ERROR(read_dense_setting(m[6], {place, "dense"}, parameters.dense));
    TEMBLOR_RETURN_IF_ERROR(check_object(m[2], {place, "quantization"}));
    TEMBLOR_RETURN_IF_ERROR(read_bool(m[3], {place, "indexed_only"}, false).status());
    TEMBLOR_RETURN_IF_ERROR(check_object(m[4], {place, "acorn"}));
    if (!m[5]) return Status::ok();
    static constexpr std::array<std::string_view, 3> kSparse = {"query_cut", "heap_factor",
                                                                "patience"};
    const JsonPlace sparse(place, "sparse");
    TEMBLOR_ASSIGN_OR_RETURN(const auto s, read_members(*m[5], sparse, kSparse));
    TEMBLOR_ASSIGN_OR_RETURN(const uint64_t cut, read_count(s[0], {sparse, "query_cut"},
                                                            parameters.query_cut, 1, UINT32_MAX));
    parameters.query_cut = static_cast<uint32_t>(cut);
    TEMBLOR_ASSIGN_OR_RETURN(const auto factor, read_float(s[1], {sparse, "heap_factor"}));
    parameters.heap_factor = factor.value_or(parameters.heap_factor);
    TEMBLOR_ASSIGN_OR_RETURN(
        const uint64_t patience,
        read_count(s[2], {sparse, "patience"}, parameters.patience, 0, UINT32_MAX));
    parameters.patience = static_cast<uint32_t>(patience);
    return parameters.validate().with_context(sparse.text());
}

Status check_nonzeros(const std::variant<SparseVector, DenseVector>& vector, const JsonPlace& place,
                      const ServerLimits& limits) {
    const auto* sparse = std::get_if<SparseVector>(&vector);
    if (sparse == nullptr || sparse->nnz() <= limits.nonzeros) return Status::ok();
    return place.wrong("expected at most " + std::to_string(limits.nonzeros) + " indices");
}

bool shows_distances(const Schema& schema, std::string_view name) {
    const auto settings = schema.dense.find(name);
    return settings != schema.dense.end() && (settings->second.distance == Distance::kEuclid ||
                                              settings->second.distance == Distance::kManhattan);
}

}  // namespace temblor
