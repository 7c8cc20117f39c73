#include <cstdint>
#include <memory>
#include <span>

#include "data/check.h"
#include "index/segment.h"
#include "query/explain.h"
#include "query/searcher.h"
#include "tests/fuzz/segment_bytes.h"

namespace {

void use(const std::shared_ptr<const temblor::Segment>& segment) {
    using namespace temblor;
    const Searcher searcher(segment);
    SearchScratch scratch(*segment);
    SearchResult result;
    RowBitmap rows;
    for (uint32_t r = 0; r < 4000; r += 3) rows.add(r);
    const auto allowed = AllowedRows::from_bitmap(*segment, rows);
    SparseVector query;
    const ComponentMap& map = segment->components();
    for (uint32_t c = 0; c < map.size() && query.nnz() < 24; c += 1 + c / 8) {
        if (!query.components.empty() && map.original(c) <= query.components.back()) continue;
        query.components.push_back(map.original(c));
        query.values.push_back(static_cast<float>(1 + c % 5));
    }
    SearchParameters every;
    every.query_cut = UINT32_MAX;
    every.heap_factor = 0;
    every.patience = 0;
    SearchParameters exact;
    exact.exact = true;
    SearchParameters many;
    many.k = 1000;
    for (const SearchParameters& parameters : {SearchParameters{}, every, exact, many}) {
        for (const AllowedRows* filter : {static_cast<const AllowedRows*>(nullptr), &allowed}) {
            const Status status =
                searcher.search(query.view(), parameters, {filter}, scratch, result);
            TEMBLOR_CHECK(status.is_ok());
            TEMBLOR_CHECK(result.hits.size() <= parameters.k);
            for (const Hit& h : result.hits) TEMBLOR_CHECK(h.row < segment->rows());
        }
    }
    for (uint64_t r = 0; r < segment->rows() && r < 8; ++r) {
        (void)explain(*segment, query.view(), static_cast<uint32_t>(r));
        (void)segment->ids().id_string(r);
        (void)segment->payloads().json(r);
    }
    for (uint32_t c = 0; c < 8; ++c) (void)segment->vocabulary().token(c);
    (void)segment->vocabulary().find("t7");
    (void)load_text_encoder(segment->encoder(), segment->vocabulary());
}

void open_and_use(const std::shared_ptr<std::byte>& memory, size_t size) {
    using namespace temblor;
    const auto opened = Segment::open_bytes(memory, {memory.get(), size}, "input");
    if (!opened.is_ok()) return;
    (void)(*opened)->verify(no_progress());
    use(*opened);
}

}  // namespace

// Any bytes as a segment, as they are and once more with checksums that match them.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    const auto memory = temblor::testing::aligned_copy({data, size});
    open_and_use(memory, size);
    temblor::testing::seal({memory.get(), size});
    open_and_use(memory, size);
    return 0;
}
