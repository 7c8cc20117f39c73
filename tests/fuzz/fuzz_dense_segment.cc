#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/check.h"
#include "index/dense/dense_segment.h"
#include "query/dense/dense_searcher.h"
#include "tests/fuzz/segment_bytes.h"

namespace {

void search(const temblor::DenseSegment& segment) {
    using namespace temblor;
    RowBitmap allowed;
    for (uint32_t r = 0; r < 6000; r += 2) allowed.add(r);
    std::vector<float> query(segment.dim());
    for (uint32_t d = 0; d < segment.dim(); ++d) query[d] = static_cast<float>(d % 7) - 2.5F;
    DenseSearchParameters wide;
    wide.k = 200;
    wide.setting.lists = UINT32_MAX;
    wide.setting.slack = 1e6F;
    wide.setting.refine = UINT32_MAX;
    wide.setting.ef = 1000;
    DenseSearchParameters exact;
    exact.exact = true;
    const DenseSource source{&segment.store(), segment.hashed(), nullptr, segment.graph()};
    DenseScratch scratch;
    SearchResult result;
    for (const DenseSearchParameters& parameters : {DenseSearchParameters{}, wide, exact}) {
        for (const RowBitmap* filter :
             {static_cast<const RowBitmap*>(nullptr), static_cast<const RowBitmap*>(&allowed)}) {
            const Status status =
                search_dense(source, query, parameters, {filter, nullptr}, scratch, result);
            TEMBLOR_CHECK(status.is_ok());
            TEMBLOR_CHECK(result.hits.size() <= parameters.k);
            for (const Hit& h : result.hits)
                TEMBLOR_CHECK(h.row < segment.rows() && !std::isnan(h.score));
        }
    }
    for (uint64_t r = 0; r < segment.rows() && r < 8; ++r) (void)segment.ids().id_string(r);
}

void open_and_search(const std::shared_ptr<std::byte>& memory, size_t size) {
    const auto opened = temblor::DenseSegment::open_bytes(memory, {memory.get(), size}, "input");
    if (!opened.is_ok()) return;
    (void)(*opened)->verify(temblor::no_progress());
    search(**opened);
}

}  // namespace

// Any bytes as a segment of dense vectors, as they are and once more with checksums that match.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    const auto memory = temblor::testing::aligned_copy({data, size});
    open_and_search(memory, size);
    temblor::testing::seal({memory.get(), size});
    open_and_search(memory, size);
    return 0;
}
