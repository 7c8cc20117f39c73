#include "server/v1/search_request.h"

#include <algorithm>
#include <array>

#include "index/collection/point_json.h"
#include "index/payload/filter_parser.h"
#include "query/collection/fusion.h"
#include "query/collection/recall_setting.h"
#include "server/request_json.h"
#include "server/text_vectors.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;

/// Each source gives at least so many hits to a fusion.
constexpr uint64_t kCandidates = 100;
constexpr uint64_t kMaxRankConstant = 1'000'000;

template <typename Vectors>
std::string quoted_names(const Vectors& vectors) {
    std::string text;
    for (const auto& [name, settings] : vectors) {
        text += text.empty() ? "\"" : ", \"";
        text += name;
        text += '"';
    }
    return text;
}

/// The vector that `name` names, else the only one.
template <typename Vectors>
Result<std::string> choose_vector(const Vectors& vectors, std::string_view kind,
                                  const OptionalElement& name, const JsonPlace& place) {
    const std::string what(kind);
    if (vectors.empty()) return place.wrong("the collection has no " + what + " vector");
    const JsonPlace at(place, "using");
    if (!name) {
        if (vectors.size() == 1) return vectors.begin()->first;
        return at.wrong("expected one of the " + what + " vectors " + quoted_names(vectors) +
                        ", got nothing");
    }
    TEMBLOR_ASSIGN_OR_RETURN(std::string chosen, read_text(name, at, {}));
    if (vectors.contains(chosen)) return chosen;
    return at.wrong("expected one of the " + what + " vectors " + quoted_names(vectors) +
                    ", got \"" + chosen + "\"");
}

/// Reads the members of one search, one after another.
class V1SearchReader {
public:
    V1SearchReader(const V1SearchMembers& members, const JsonPlace& place, const Version& version,
                   const ServerLimits& limits, RequestTexts& texts)
        : m_(members), place_(place), version_(version), limits_(limits), texts_(texts) {}

    Result<V1Search> read() {
        TEMBLOR_ASSIGN_OR_RETURN(asked_.page, read_hit_page(m_.limit, m_.offset, place_, limits_));
        asked_.search.limit = asked_.page.depth();
        TEMBLOR_ASSIGN_OR_RETURN(asked_.output, PointOutput::read(m_.with_payload, m_.with_vectors,
                                                                  true, "with_vectors"));
        TEMBLOR_ASSIGN_OR_RETURN(asked_.explain, read_bool(m_.explain, {place_, "explain"}, false));
        TEMBLOR_RETURN_IF_ERROR(read_timeout());
        TEMBLOR_RETURN_IF_ERROR(read_sources());
        TEMBLOR_RETURN_IF_ERROR(read_how());
        TEMBLOR_RETURN_IF_ERROR(read_filter());
        TEMBLOR_RETURN_IF_ERROR(read_fusion());
        TEMBLOR_RETURN_IF_ERROR(read_threshold());
        return std::move(asked_);
    }

private:
    Status read_timeout() {
        if (!m_.timeout) return Status::ok();
        const JsonPlace at(place_, "timeout");
        TEMBLOR_ASSIGN_OR_RETURN(const auto seconds, read_float(m_.timeout, at));
        if (!(*seconds > 0)) return at.wrong("expected seconds, a number over 0");
        asked_.timeout = static_cast<double>(*seconds);
        return Status::ok();
    }

    Status read_sources() {
        if (m_.text) TEMBLOR_RETURN_IF_ERROR(read_text_source());
        if (m_.sparse) TEMBLOR_RETURN_IF_ERROR(read_sparse_source());
        if (m_.dense) TEMBLOR_RETURN_IF_ERROR(read_dense_source());
        if (!asked_.search.sources.empty()) return Status::ok();
        return place_.wrong("expected " + std::string(m_.text_name) + ", sparse or dense");
    }

    Status read_text_source() {
        const JsonPlace at(place_, m_.text_name);
        const JsonPlace at_options(at, "options");
        OptionalElement text = m_.text;
        OptionalElement name;
        TextOptions options;
        if (m_.text->is_object()) {
            static constexpr std::array<std::string_view, 4> kNames = {"text", "using", "options",
                                                                       "model"};
            TEMBLOR_ASSIGN_OR_RETURN(const auto parts, read_members(*m_.text, at, kNames));
            text = parts[0];
            name = parts[1];
            TEMBLOR_RETURN_IF_ERROR(needed(text, {at, "text"}).status());
            TEMBLOR_ASSIGN_OR_RETURN(const std::string model,
                                     read_text(parts[3], {at, "model"}, Encoders::kBm25));
            if (texts_.knows(model)) {
                if (parts[2]) return at_options.wrong("the model \"" + model + "\" has none");
                return read_model_source(model, *text, name, at);
            }
            if (model != Encoders::kBm25 && model != "qdrant/bm25") {
                return JsonPlace(at, "model")
                    .wrong("expected temblor/bm25 or a model of the server, got \"" + model + "\"");
            }
            TEMBLOR_ASSIGN_OR_RETURN(options, read_text_options(parts[2], at_options));
        }
        TEMBLOR_ASSIGN_OR_RETURN(const std::string words, read_text(text, at, {}));
        TEMBLOR_ASSIGN_OR_RETURN(const std::string vector,
                                 choose_vector(version_.schema->sparse, "sparse", name, at));
        auto query = encode_query_text(*version_.schema, vector, words, options);
        if (!query.is_ok()) return std::move(query).status().with_context(at_options.text());
        TEMBLOR_RETURN_IF_ERROR(check_nonzeros(*query, at, limits_));
        add("text", vector, *std::move(query));
        if (!asked_.explain) return Status::ok();
        TEMBLOR_ASSIGN_OR_RETURN(asked_.terms.back(), query_text_terms(words, options));
        return Status::ok();
    }

    /// Text through a model of the server, for a vector of its kind.
    Status read_model_source(const std::string& model, dom::element text,
                             const OptionalElement& name, const JsonPlace& at) {
        TEMBLOR_ASSIGN_OR_RETURN(const std::string words, read_text(text, {at, "text"}, {}));
        const SparseEmbedder* sparse = texts_.encoders().find_sparse(model);
        std::string vector;
        if (sparse != nullptr) {
            TEMBLOR_ASSIGN_OR_RETURN(vector,
                                     choose_vector(version_.schema->sparse, "sparse", name, at));
        } else {
            TEMBLOR_ASSIGN_OR_RETURN(vector,
                                     choose_vector(version_.schema->dense, "dense", name, at));
        }
        TEMBLOR_ASSIGN_OR_RETURN(TextVector query,
                                 texts_.vector_of(*version_.schema, vector, model, words, at));
        add("text", vector, std::move(query));
        if (!asked_.explain || sparse == nullptr) return Status::ok();
        const auto& entries = std::get<SparseVector>(asked_.search.sources.back().query.query);
        for (const uint32_t component : entries.components) {
            asked_.terms.back().emplace(component, sparse->vocabulary().token(component));
        }
        return Status::ok();
    }

    Status read_sparse_source() {
        const JsonPlace at(place_, "sparse");
        static constexpr std::array<std::string_view, 3> kNames = {"indices", "values", "using"};
        TEMBLOR_ASSIGN_OR_RETURN(const auto parts, read_members(*m_.sparse, at, kNames));
        TEMBLOR_ASSIGN_OR_RETURN(SparseVector query, read_sparse_members(parts[0], parts[1], at));
        TEMBLOR_RETURN_IF_ERROR(check_nonzeros(query, at, limits_));
        for (size_t i = 0; i < query.nnz(); ++i) {
            if (query.values[i] >= 0) continue;
            return JsonPlace(at, "values")
                .wrong("expected no value below 0, got one for index " +
                       std::to_string(query.components[i]));
        }
        TEMBLOR_ASSIGN_OR_RETURN(const std::string vector,
                                 choose_vector(version_.schema->sparse, "sparse", parts[2], at));
        add("sparse", vector, std::move(query));
        return Status::ok();
    }

    Status read_dense_source() {
        const JsonPlace at(place_, "dense");
        OptionalElement values = m_.dense;
        OptionalElement name;
        if (m_.dense->is_object()) {
            static constexpr std::array<std::string_view, 2> kNames = {"vector", "using"};
            TEMBLOR_ASSIGN_OR_RETURN(const auto parts, read_members(*m_.dense, at, kNames));
            values = parts[0];
            name = parts[1];
            TEMBLOR_RETURN_IF_ERROR(needed(values, {at, "vector"}).status());
        }
        if (!values->is_array()) return at.expected("an array of numbers", *values);
        TEMBLOR_ASSIGN_OR_RETURN(auto read, read_point_vector(*values, at));
        TEMBLOR_ASSIGN_OR_RETURN(const std::string vector,
                                 choose_vector(version_.schema->dense, "dense", name, at));
        auto& query = std::get<DenseVector>(read);
        const uint32_t size = version_.schema->dense.find(vector)->second.size;
        if (query.size() != size) {
            return at.wrong("expected " + std::to_string(size) + " numbers, got " +
                            std::to_string(query.size()));
        }
        add("dense", vector, std::move(query));
        return Status::ok();
    }

    void add(std::string_view name, const std::string& vector,
             std::variant<SparseVector, DenseVector> query) {
        SearchSource source;
        source.name = name;
        source.query.vector = vector;
        source.query.query = std::move(query);
        asked_.search.sources.push_back(std::move(source));
        asked_.terms.emplace_back();
    }

    /// Depth and accuracy of each source.
    Status read_how() {
        const bool fused = asked_.search.sources.size() > 1;
        const uint64_t depth = asked_.search.limit;
        const uint64_t usual =
            std::max(depth, std::min<uint64_t>(fused ? kCandidates : depth, limits_.k));
        TEMBLOR_ASSIGN_OR_RETURN(
            const uint64_t candidates,
            read_count(m_.candidates, {place_, "candidates"}, usual, depth, limits_.k));
        const auto k = static_cast<uint32_t>(fused ? candidates : depth);
        SearchParameters parameters;
        TEMBLOR_RETURN_IF_ERROR(read_search_parameters(m_.params, {place_, "params"}, parameters));
        TEMBLOR_ASSIGN_OR_RETURN(const bool exact,
                                 read_bool(m_.exact, {place_, "exact"}, parameters.exact));
        parameters.exact = parameters.exact || exact;
        parameters.k = k;
        const JsonPlace at(place_, "recall");
        TEMBLOR_ASSIGN_OR_RETURN(const auto recall, read_float(m_.recall, at));
        if (recall && (parameters.exact || m_.params))
            return at.wrong("expected only one of recall, exact and params");
        if (recall && !(*recall >= static_cast<float>(kLeastRecall) && *recall <= 1))
            return at.wrong("expected a number from 0.5 to 1");
        for (SearchSource& source : asked_.search.sources) {
            source.query.parameters = parameters;
            if (!recall) continue;
            if (std::holds_alternative<DenseVector>(source.query.query)) {
                auto dense = dense_setting_for_recall(static_cast<double>(*recall));
                if (!dense.is_ok()) return std::move(dense).status().with_context(at.text());
                source.query.parameters.exact = !dense->has_value();
                source.query.parameters.dense = dense->value_or(DenseSetting{});
                continue;
            }
            auto setting =
                setting_for_recall(version_, source.query.vector, k, static_cast<double>(*recall));
            if (!setting.is_ok()) return std::move(setting).status().with_context(at.text());
            source.query.parameters = *setting;
        }
        return Status::ok();
    }

    Status read_filter() {
        if (!m_.filter) return Status::ok();
        TEMBLOR_ASSIGN_OR_RETURN(const Filter filter,
                                 parse_filter(*m_.filter, JsonPlace(place_, "filter").text()));
        if (filter.is_empty()) return Status::ok();
        for (SearchSource& source : asked_.search.sources) source.query.filter = filter;
        return Status::ok();
    }

    Status read_fusion() {
        ReciprocalRankFusion by_rank;
        asked_.search.fusion = by_rank;
        if (!m_.fusion) return Status::ok();
        const JsonPlace at(place_, "fusion");
        std::string_view name;
        if (m_.fusion->get_string().get(name) == simdjson::SUCCESS) {
            if (name == "dbsf") {
                asked_.search.fusion = DistributionFusion{};
            } else if (name != "rrf") {
                return at.wrong("expected rrf or dbsf, got \"" + std::string(name) + "\"");
            }
            return Status::ok();
        }
        if (!m_.fusion->is_object()) return at.expected("rrf, dbsf or an object", *m_.fusion);
        static constexpr std::array<std::string_view, 1> kKinds = {"rrf"};
        static constexpr std::array<std::string_view, 2> kNames = {"k", "weights"};
        TEMBLOR_ASSIGN_OR_RETURN(const auto kinds, read_members(*m_.fusion, at, kKinds));
        const JsonPlace rrf(at, "rrf");
        TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, needed(kinds[0], rrf));
        TEMBLOR_ASSIGN_OR_RETURN(const auto parts, read_members(body, rrf, kNames));
        TEMBLOR_ASSIGN_OR_RETURN(
            const uint64_t k, read_count(parts[0], {rrf, "k"}, static_cast<uint64_t>(by_rank.k), 1,
                                         kMaxRankConstant));
        by_rank.k = static_cast<float>(k);
        if (parts[1]) TEMBLOR_RETURN_IF_ERROR(read_weights(*parts[1], {rrf, "weights"}, by_rank));
        asked_.search.fusion = std::move(by_rank);
        return Status::ok();
    }

    /// By the names of sources; 1 where there is none.
    Status read_weights(dom::element body, const JsonPlace& place, ReciprocalRankFusion& fusion) {
        std::vector<std::string_view> names;
        for (const SearchSource& source : asked_.search.sources) names.push_back(source.name);
        std::vector<OptionalElement> slots(names.size());
        TEMBLOR_RETURN_IF_ERROR(read_members(body, place, names, slots));
        for (size_t i = 0; i < names.size(); ++i) {
            const JsonPlace at(place, names[i]);
            TEMBLOR_ASSIGN_OR_RETURN(const auto weight, read_float(slots[i], at));
            if (weight && !(*weight > 0)) return at.wrong("expected a number over 0");
            fusion.weights.push_back(weight.value_or(1.0F));
        }
        return Status::ok();
    }

    Status read_threshold() {
        auto& least = asked_.search.least;
        TEMBLOR_ASSIGN_OR_RETURN(least,
                                 read_float(m_.score_threshold, {place_, "score_threshold"}));
        const auto& sources = asked_.search.sources;
        if (least && sources.size() == 1 &&
            shows_distances(*version_.schema, sources.front().query.vector)) {
            least = -*least;
        }
        return Status::ok();
    }

    const V1SearchMembers& m_;
    const JsonPlace& place_;
    const Version& version_;
    const ServerLimits& limits_;
    RequestTexts& texts_;
    V1Search asked_;
};

}  // namespace

Result<V1SearchMembers> read_v1_search_members(dom::element body, const JsonPlace& place) {
    static constexpr std::array<std::string_view, 16> kNames = {
        "text",         "sparse",          "dense",   "fusion", "candidates", "limit",
        "offset",       "filter",          "recall",  "exact",  "params",     "with_payload",
        "with_vectors", "score_threshold", "explain", "timeout"};
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(body, place, kNames));
    return V1SearchMembers{m[0], m[1], m[2],  m[3],  m[4],  m[5],  m[6],  m[7],
                           m[8], m[9], m[10], m[11], m[12], m[13], m[14], m[15]};
}

Result<V1Search> read_v1_search(const V1SearchMembers& members, const JsonPlace& place,
                                const Version& version, const ServerLimits& limits,
                                RequestTexts& texts) {
    return V1SearchReader(members, place, version, limits, texts).read();
}

}  // namespace temblor
