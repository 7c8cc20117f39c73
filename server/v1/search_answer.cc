#include "server/v1/search_answer.h"

#include <algorithm>

#include "query/collection/collection_reader.h"
#include "query/collection/idf.h"
#include "query/explain.h"

namespace temblor {
namespace {

/// A source's score as it is shown.
float shown_score(const Version& version, const SearchSource& source, float score) {
    return shows_distances(*version.schema, source.query.vector) ? -score : score;
}

void write_sources(const Version& version, const V1Search& asked, const SourcedHit& hit,
                   JsonWriter& json) {
    json.key("sources").begin_array();
    for (const SourcePlace& place : hit.places) {
        const SearchSource& source = asked.search.sources[place.source];
        json.begin_object().member("source", source.name);
        json.member("rank", uint64_t{place.rank} + 1);
        json.member("score", shown_score(version, source, place.score)).end_object();
    }
    json.end_array();
}

void write_components(SparseVectorView query, SparseVectorView document,
                      const ComponentTerms& terms, JsonWriter& json) {
    json.member("score", static_cast<float>(inner_product(query, document)));
    json.key("components").begin_array();
    for (const ScoreShare& share : score_shares(query, document)) {
        json.begin_object().member("index", uint64_t{share.component});
        const auto term = terms.find(share.component);
        if (term != terms.end()) json.member("term", term->second);
        json.member("query", share.query_value).member("document", share.document_value);
        json.member("product", share.product).end_object();
    }
    json.end_array();
}

/// The query of each sparse source with the weights it was searched with; of others none.
std::vector<SparseVector> weighed_queries(const Version& version, const V1Search& asked) {
    std::vector<SparseVector> queries;
    for (const SearchSource& source : asked.search.sources) {
        queries.emplace_back();
        const auto* query = std::get_if<SparseVector>(&source.query.query);
        if (query == nullptr) continue;
        const std::string& name = source.query.vector;
        const bool idf = version.schema->sparse.find(name)->second.modifier == VectorModifier::kIdf;
        queries.back() = idf ? weigh_by_idf(version, name, query->view()) : *query;
    }
    return queries;
}

void write_explanation(const Version& version, const V1Search& asked,
                       const std::vector<SparseVector>& queries, const SourcedHit& hit,
                       const Point& point, JsonWriter& json) {
    json.key("explanation").begin_array();
    for (const SourcePlace& place : hit.places) {
        const SearchSource& source = asked.search.sources[place.source];
        const std::string& name = source.query.vector;
        json.begin_object().member("source", source.name).member("using", name);
        if (std::holds_alternative<DenseVector>(source.query.query)) {
            const DenseVectorSettings& settings = version.schema->dense.find(name)->second;
            json.member("metric", distance_name(settings.distance));
            json.member("score", shown_score(version, source, place.score));
        } else {
            const auto vector =
                std::find_if(point.vectors.begin(), point.vectors.end(),
                             [&](const NamedVector& one) { return one.name == name; });
            const auto* document =
                vector == point.vectors.end() ? nullptr : std::get_if<SparseVector>(&vector->value);
            const SparseVector none;
            write_components(queries[place.source].view(),
                             document == nullptr ? none.view() : document->view(),
                             asked.terms[place.source], json);
        }
        json.end_object();
    }
    json.end_array();
}

}  // namespace

Status write_v1_hits(const Version& version, const V1Search& asked, const SourcedResult& found,
                     JsonWriter& json) {
    const size_t begin = std::min<size_t>(asked.page.offset, found.hits.size());
    std::vector<CollectionHit> page;
    for (size_t i = begin; i < found.hits.size(); ++i) page.push_back(found.hits[i].hit);
    ReadParts parts = asked.output.parts();
    parts.vectors = parts.vectors || asked.explain;
    std::vector<ReadPoint> points;
    if (parts.payload || parts.vectors) {
        TEMBLOR_ASSIGN_OR_RETURN(points, get_points(version, page, parts));
    }
    const auto& sources = asked.search.sources;
    std::vector<SparseVector> queries;
    if (asked.explain) queries = weighed_queries(version, asked);
    json.begin_array();
    for (size_t i = 0; i < page.size(); ++i) {
        const SourcedHit& hit = found.hits[begin + i];
        json.begin_object().key("id");
        write_id(page[i].id, json);
        json.member("score", sources.size() == 1
                                 ? shown_score(version, sources.front(), page[i].score)
                                 : page[i].score);
        if (!points.empty()) TEMBLOR_RETURN_IF_ERROR(asked.output.write(points[i].point, json));
        write_sources(version, asked, hit, json);
        if (asked.explain) write_explanation(version, asked, queries, hit, points[i].point, json);
        json.end_object();
    }
    json.end_array();
    return Status::ok();
}

void write_v1_counters(const SourcedResult& found, JsonWriter& json) {
    const SearchCounters& counters = found.counters;
    json.begin_object();
    json.member("lists", counters.lists);
    json.member("summary_entries", counters.summary_entries);
    json.member("blocks", counters.blocks);
    json.member("blocks_visited", counters.blocks_visited);
    json.member("blocks_skipped", counters.blocks_skipped);
    json.member("documents_scored", counters.documents_scored);
    json.member("refined", counters.refined);
    json.member("bytes_touched", counters.bytes_touched);
    json.member("exact", counters.exact);
    json.key("filter").begin_object();
    json.member("scanned", found.filter.scanned);
    json.member("walked", found.filter.walked);
    json.member("payloads_read", found.filter.payloads_read).end_object();
    json.end_object();
}

void write_v1_settings(const V1Search& asked, JsonWriter& json) {
    json.begin_object();
    for (const SearchSource& source : asked.search.sources) {
        const SearchParameters& parameters = source.query.parameters;
        const bool dense = std::holds_alternative<DenseVector>(source.query.query);
        json.key(source.name).begin_object().member("using", source.query.vector);
        json.member("limit", uint64_t{parameters.k});
        json.member("exact", parameters.exact);
        if (dense && !parameters.exact) {
            json.member("lists", uint64_t{parameters.dense.lists});
            json.member("slack", parameters.dense.slack);
            json.member("refine", uint64_t{parameters.dense.refine});
            json.member("ef", uint64_t{parameters.dense.ef});
        }
        if (!dense && !parameters.exact) {
            json.member("query_cut", uint64_t{parameters.query_cut});
            json.member("heap_factor", parameters.heap_factor);
            json.member("patience", uint64_t{parameters.patience});
        }
        json.end_object();
    }
    if (asked.search.sources.size() > 1) {
        json.key("fusion").begin_object();
        if (const auto* by_rank = std::get_if<ReciprocalRankFusion>(&asked.search.fusion)) {
            json.key("rrf").begin_object().member("k", by_rank->k);
            if (!by_rank->weights.empty()) {
                json.key("weights").begin_object();
                for (size_t i = 0; i < by_rank->weights.size(); ++i)
                    json.member(asked.search.sources[i].name, by_rank->weights[i]);
                json.end_object();
            }
            json.end_object();
        } else {
            json.key("dbsf").begin_object().end_object();
        }
        json.end_object();
    }
    json.end_object();
}

}  // namespace temblor
