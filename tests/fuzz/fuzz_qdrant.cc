#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include <unistd.h>

#include "data/check.h"
#include "index/collection/store.h"
#include "query/collection/staged_search.h"
#include "server/qdrant/collection_config.h"
#include "server/qdrant/query_parser.h"
#include "server/qdrant/write_parser.h"
#include "server/request_json.h"
#include "server/v1/search_answer.h"
#include "server/v1/search_request.h"

namespace {

using namespace temblor;

/// A store with one small collection, "c", in a folder that goes with the process.
class SmallStore {
public:
    SmallStore()
        : folder_(std::filesystem::temp_directory_path() /
                  ("temblor-fuzz-" + std::to_string(getpid()))) {
        StoreOptions options;
        options.collection.background = false;
        store_ = Store::open(folder_.string(), options).value();
        Schema schema;
        schema.sparse["s"] = {};
        schema.dense["d"] = {2, Distance::kEuclid};
        schema.dense[""] = {3, Distance::kDot};
        schema.payload_indexes["a"] = PayloadType::kKeyword;
        const auto collection = store_->create_collection("c", schema).value();
        std::vector<Point> points;
        for (uint64_t i = 0; i < 20; ++i) {
            const auto x = static_cast<float>(i);
            SparseVector sparse;
            sparse.components = {static_cast<uint32_t>(i % 5), static_cast<uint32_t>(5 + i)};
            sparse.values = {1, x};
            points.push_back(
                {i,
                 "{\"a\":\"" + std::to_string(i % 3) + "\"}",
                 {{"s", sparse}, {"d", DenseVector{x, 1}}, {"", DenseVector{1, 2, x}}}});
        }
        TEMBLOR_CHECK(collection->write(upsert_points(std::move(points))).is_ok());
        version_ = collection->version();
    }
    ~SmallStore() {
        version_.reset();
        store_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    SmallStore(const SmallStore&) = delete;
    SmallStore& operator=(const SmallStore&) = delete;

    [[nodiscard]] const Store& store() const { return *store_; }
    [[nodiscard]] const Version& version() const { return *version_; }

private:
    std::filesystem::path folder_;
    std::unique_ptr<Store> store_;
    std::shared_ptr<const Version> version_;
};

/// Ok, or an error that is the client's.
void check_status(const Status& status) {
    TEMBLOR_CHECK(status.is_ok() || status.code() == StatusCode::kInvalidArgument ||
                  status.code() == StatusCode::kUnimplemented ||
                  status.code() == StatusCode::kNotFound);
}

void use(const SmallStore& small, const Result<QdrantQuery>& query) {
    check_status(query.status());
    if (!query.is_ok() || query->by_id) return;
    static CollectionScratch scratch;
    CollectionResult result;
    const Status status = search_stages(small.version(), query->stage, scratch, result);
    check_status(status);
    if (status.is_ok()) TEMBLOR_CHECK(result.hits.size() <= query->stage.limit);
}

void use(const SmallStore& small, const Result<V1Search>& asked) {
    check_status(asked.status());
    if (!asked.is_ok()) return;
    static CollectionScratch scratch;
    SourcedResult result;
    const Status status = search_sources(small.version(), asked->search, scratch, result);
    check_status(status);
    if (!status.is_ok()) return;
    JsonWriter json;
    TEMBLOR_CHECK(write_v1_hits(small.version(), *asked, result, json).is_ok());
}

}  // namespace

// A body, as every route that has one would read it; queries are run.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const SmallStore small;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    ServerLimits limits;
    limits.k = 100;
    const auto body = parse_json(text, "body", limits);
    check_status(body.status());
    if (!body.is_ok()) return 0;
    const JsonPlace place("body");
    const auto schema = read_collection_config(*body);
    check_status(schema.status());
    if (schema.is_ok()) TEMBLOR_CHECK(Schema::from_json(schema->to_json()).value() == *schema);
    static const Encoders encoders;
    static const std::function<bool()> never = [] { return false; };
    RequestTexts texts(encoders, never);
    const WriteContext context{*small.version().schema, limits, texts};
    check_status(read_upsert(*body, place, context).status());
    check_status(read_delete(*body, place, context).status());
    check_status(read_update_vectors(*body, place, context).status());
    check_status(read_delete_vectors(*body, place, context).status());
    for (const auto edit : {PayloadEdit::kSet, PayloadEdit::kOverwrite, PayloadEdit::kDeleteKeys,
                            PayloadEdit::kClear}) {
        check_status(read_payload_edit(edit, *body, place, context).status());
    }
    for (const bool grouped : {false, true}) {
        QdrantQueryReader reader(small.store(), small.version(), limits, texts);
        use(small, reader.read_query(*body, place, grouped));
        use(small, reader.read_search(*body, place, grouped));
    }
    const auto members = read_v1_search_members(*body, place);
    check_status(members.status());
    if (members.is_ok())
        use(small, read_v1_search(*members, place, small.version(), limits, texts));
    return 0;
}
