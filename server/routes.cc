#include "server/routes.h"

#include "server/mcp/mcp_routes.h"
#include "server/openapi_route.h"
#include "server/page_routes.h"
#include "server/qdrant/collection_routes.h"
#include "server/qdrant/query_routes.h"
#include "server/qdrant/read_routes.h"
#include "server/qdrant/snapshot_routes.h"
#include "server/qdrant/write_routes.h"
#include "server/service_routes.h"
#include "server/v1/import_routes.h"
#include "server/v1/model_routes.h"
#include "server/v1/search_routes.h"
#include "server/v1/task_routes.h"

namespace temblor {
namespace {

using boost::beast::http::verb;

constexpr Lane kInstant = Lane::kInstant;
constexpr Lane kSearch = Lane::kSearch;
constexpr Lane kBlocking = Lane::kBlocking;
constexpr Access kPublic = Access::kPublic;
constexpr Access kRead = Access::kRead;
constexpr Access kWrite = Access::kWrite;

}  // namespace

std::vector<Route> all_routes() {
    return {
        {verb::get, "/", root_route, kPublic, kInstant},
        {verb::get, "/page/{file}", page_route, kPublic, kInstant, false, ErrorShape::kProblem},
        {verb::get, "/openapi.json", openapi_route, kPublic, kInstant},
        {verb::get, "/livez", live_route, kPublic, kInstant},
        {verb::get, "/readyz", ready_route, kPublic, kInstant},
        {verb::get, "/healthz", health_route, kPublic, kInstant},
        {verb::get, "/metrics", metrics_route, kRead, kSearch},

        {verb::get, "/collections", qdrant<list_collections>, kRead, kInstant},
        {verb::get, "/collections/{c}", qdrant<get_collection>, kRead, kSearch},
        {verb::get, "/collections/{c}/exists", qdrant<collection_exists>, kRead, kInstant},
        {verb::put, "/collections/{c}", qdrant<create_collection>, kWrite, kBlocking},
        {verb::patch, "/collections/{c}", qdrant<update_collection>, kWrite, kBlocking},
        {verb::delete_, "/collections/{c}", qdrant<drop_collection>, kWrite, kBlocking},
        {verb::put, "/collections/{c}/index", qdrant<create_index>, kWrite, kBlocking},
        {verb::delete_, "/collections/{c}/index/{key}", qdrant<drop_index>, kWrite, kBlocking},
        {verb::post, "/collections/aliases", qdrant<change_aliases>, kWrite, kBlocking},
        {verb::get, "/aliases", qdrant<list_aliases>, kRead, kInstant},
        {verb::get, "/collections/{c}/aliases", qdrant<list_collection_aliases>, kRead, kInstant},

        {verb::put, "/collections/{c}/points", qdrant<upsert_points_route>, kWrite, kBlocking},
        {verb::post, "/collections/{c}/points/delete", qdrant<delete_points_route>, kWrite,
         kBlocking},
        {verb::post, "/collections/{c}/points/payload", qdrant<set_payload_route>, kWrite,
         kBlocking},
        {verb::put, "/collections/{c}/points/payload", qdrant<overwrite_payload_route>, kWrite,
         kBlocking},
        {verb::post, "/collections/{c}/points/payload/delete", qdrant<delete_payload_route>, kWrite,
         kBlocking},
        {verb::post, "/collections/{c}/points/payload/clear", qdrant<clear_payload_route>, kWrite,
         kBlocking},
        {verb::put, "/collections/{c}/points/vectors", qdrant<update_vectors_route>, kWrite,
         kBlocking},
        {verb::post, "/collections/{c}/points/vectors/delete", qdrant<delete_vectors_route>, kWrite,
         kBlocking},
        {verb::post, "/collections/{c}/points/batch", qdrant<batch_write_route>, kWrite, kBlocking},

        {verb::get, "/collections/{c}/points/{id}", qdrant<get_point_route>, kRead, kSearch},
        {verb::post, "/collections/{c}/points", qdrant<get_points_route>, kRead, kSearch},
        {verb::post, "/collections/{c}/points/scroll", qdrant<scroll_route>, kRead, kSearch},
        {verb::post, "/collections/{c}/points/count", qdrant<count_route>, kRead, kSearch},
        {verb::post, "/collections/{c}/facet", qdrant<facet_route>, kRead, kSearch},

        {verb::post, "/collections/{c}/points/query", qdrant<query_route>, kRead, kSearch},
        {verb::post, "/collections/{c}/points/query/batch", qdrant<query_batch_route>, kRead,
         kSearch},
        {verb::post, "/collections/{c}/points/query/groups", qdrant<query_groups_route>, kRead,
         kSearch},
        {verb::post, "/collections/{c}/points/search", qdrant<search_route>, kRead, kSearch},
        {verb::post, "/collections/{c}/points/search/batch", qdrant<search_batch_route>, kRead,
         kSearch},
        {verb::post, "/collections/{c}/points/search/groups", qdrant<search_groups_route>, kRead,
         kSearch},

        {verb::get, "/collections/{c}/snapshots", qdrant<list_snapshots>, kRead, kBlocking},
        {verb::post, "/collections/{c}/snapshots", create_snapshot, kWrite, kBlocking},
        {verb::get, "/collections/{c}/snapshots/{s}", download_snapshot, kRead, kBlocking},
        {verb::delete_, "/collections/{c}/snapshots/{s}", qdrant<delete_snapshot>, kWrite,
         kBlocking},
        {verb::put, "/collections/{c}/snapshots/recover", qdrant<recover_snapshot>, kWrite,
         kBlocking},
        {verb::post, "/collections/{c}/snapshots/upload", qdrant<upload_snapshot>, kWrite,
         kBlocking, true},

        {verb::get, "/v1/tasks", list_tasks_route, kRead, kSearch, false, ErrorShape::kProblem},
        {verb::get, "/v1/tasks/{id}", task_route, kRead, kInstant, false, ErrorShape::kProblem},
        {verb::delete_, "/v1/tasks/{id}", cancel_task_route, kWrite, kInstant, false,
         ErrorShape::kProblem},
        {verb::get, "/v1/slow-queries", slow_queries_route, kRead, kInstant, false,
         ErrorShape::kProblem},
        {verb::post, "/v1/collections/{c}/optimize", optimize_route, kWrite, kBlocking, false,
         ErrorShape::kProblem},
        {verb::post, "/v1/collections/{c}/import", import_route, kWrite, kBlocking, true,
         ErrorShape::kProblem},
        {verb::post, "/v1/collections/{c}/search", v1<v1_search_route>, kRead, kSearch, false,
         ErrorShape::kProblem},
        {verb::get, "/v1/models", v1<models_route>, kRead, kInstant, false, ErrorShape::kProblem},
        {verb::post, "/v1/embeddings", v1<embeddings_route>, kRead, kSearch, false,
         ErrorShape::kProblem},
        {verb::post, "/v1/rerank", v1<rerank_route>, kRead, kSearch, false, ErrorShape::kProblem},
        {verb::post, "/mcp", mcp_route, kRead, kSearch, false, ErrorShape::kProblem},
    };
}

}  // namespace temblor
