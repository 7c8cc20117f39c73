#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "query/searcher.h"
#include "tests/index/synthetic.h"
#include "tests/query/oracle.h"
#include "tests/sanitized.h"

namespace {

std::atomic<uint64_t> allocations{0};

void* counted(size_t bytes, size_t alignment) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    const size_t size = (std::max<size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
    void* memory = std::aligned_alloc(alignment, size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

constexpr size_t kAlignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

#if defined(__GNUC__) && !defined(__clang__)
// gcc does not see that both sides are replaced here.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

// Every allocation of this program is counted; the array and nothrow forms come here too.
void* operator new(size_t bytes) { return counted(bytes, kAlignment); }
void* operator new(size_t bytes, std::align_val_t alignment) {
    return counted(bytes, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

namespace temblor {
namespace {

class SearchAllocations : public ::testing::TestWithParam<ForwardKind> {};

TEST_P(SearchAllocations, AreNoneOnceWarm) {
    for (const uint32_t stride : {1U, 20'000U}) {
        testing::SyntheticShape shape;
        shape.rows = 2100;
        shape.mean_nnz = 40;
        shape.component_stride = stride;
        shape.dim = stride == 1 ? 3000 : 66'000;
        shape.every_component = stride > 1;
        BuildParameters build;
        build.forward = GetParam();
        const auto segment = testing::segment_of(testing::synthetic_documents(shape), build);
        const SparseDataset queries =
            testing::synthetic_queries(shape, testing::all_or_some(30, 6), 12, 1);
        ASSERT_EQ(segment->lists().wide(), stride > 1);
        RowBitmap rows;
        for (uint32_t r = 0; r < 2100; r += 2) rows.add(r);
        const auto allowed = AllowedRows::from_bitmap(*segment, rows);
        const Searcher searcher(segment);
        SearchScratch scratch(*segment);
        SearchResult result;
        SearchParameters many;  // short answers too: fills and second looks
        many.k = 1500;
        const auto search_all = [&] {
            for (const SearchParameters& parameters :
                 {SearchParameters{}, testing::exact(10), testing::exhaustive(100), many}) {
                for (const AllowedRows* filter :
                     {static_cast<const AllowedRows*>(nullptr), &allowed}) {
                    for (uint64_t q = 0; q < queries.rows(); ++q) {
                        TEMBLOR_CHECK(
                            searcher.search(queries.row(q), parameters, {filter}, scratch, result)
                                .is_ok());
                    }
                }
            }
        };
        const uint64_t before = allocations.load();
        search_all();
        EXPECT_GT(allocations.load(), before);  // the counter counts
        const uint64_t warm = allocations.load();
        search_all();
        EXPECT_EQ(allocations.load() - warm, 0U);
    }
}

INSTANTIATE_TEST_SUITE_P(Searcher, SearchAllocations, ::testing::ValuesIn(testing::kForwardKinds),
                         [](const auto& kind) {
                             return std::string(forward_kind_name(kind.param));
                         });

}  // namespace
}  // namespace temblor
