#include "index/dense/dense_segment.h"

#include <cstring>
#include <filesystem>
#include <limits>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "data/dense_vector.h"
#include "data/half_float.h"
#include "index/hash/hash_meta.h"
#include "tests/faults/fault_test.h"
#include "tests/index/clustered_vectors.h"

namespace temblor {
namespace {

using DenseSegmentBuilder = testing::FolderTest;
using DenseSegmentFaults = testing::FaultTest;

testing::ClusteredShape small_shape() {
    testing::ClusteredShape shape;
    shape.rows = 700;
    shape.dim = 10;
    shape.clusters = 15;
    return shape;
}

/// Builds on one thread: other tests run beside this one.
DenseBuildParameters one_thread() {
    DenseBuildParameters parameters;
    parameters.hash.threads = 1;
    parameters.graph = {6, 30, 1};
    return parameters;
}

DocumentIds named_ids(uint64_t rows) {
    std::vector<std::string> names;
    for (uint64_t r = 0; r < rows; ++r) names.push_back("d/" + std::to_string(3 * r));
    return DocumentIds::from_strings(names).value();
}

TEST_F(DenseSegmentBuilder, OpensAsItWasBuilt) {
    const DenseDataset vectors = testing::clustered_vectors(small_shape());
    const DocumentIds ids = named_ids(vectors.rows());
    for (const DenseIndexKind kind :
         {DenseIndexKind::kFlat, DenseIndexKind::kHashed, DenseIndexKind::kHnsw}) {
        for (const Distance distance : {Distance::kDot, Distance::kCosine, Distance::kEuclid}) {
            for (const auto store :
                 {VectorStoreKind::kF32, VectorStoreKind::kF16, VectorStoreKind::kU8}) {
                SCOPED_TRACE(::testing::Message()
                             << dense_index_name(kind) << ", " << distance_name(distance) << ", "
                             << vector_store_name(store));
                DenseBuildParameters parameters = one_thread();
                parameters.kind = kind;
                parameters.distance = distance;
                parameters.store = store;
                const auto built =
                    build_dense_segment(vectors, ids, parameters, path("a.tbl"), no_progress());
                ASSERT_TRUE(built.is_ok()) << built.status().message();
                EXPECT_TRUE(is_dense_segment(path("a.tbl")));
                const auto opened = DenseSegment::open(path("a.tbl"));
                ASSERT_TRUE(opened.is_ok()) << opened.status().message();
                const DenseSegment& segment = **opened;
                const Status whole = segment.verify(no_progress());
                EXPECT_TRUE(whole.is_ok()) << whole.message();
                EXPECT_EQ(segment.rows(), built->rows);
                EXPECT_EQ(segment.dim(), built->dim);
                EXPECT_EQ(segment.kind(), kind);
                EXPECT_EQ(segment.distance(), distance);
                EXPECT_EQ(segment.store().kind(), store);
                EXPECT_EQ(segment.file_bytes(), built->bytes);
                EXPECT_EQ(segment.file_bytes(), std::filesystem::file_size(path("a.tbl")));
                std::vector<float> row(segment.dim());
                for (uint64_t r = 0; r < segment.rows(); ++r) {
                    ASSERT_EQ(segment.ids().id_string(r), ids.id_string(r));
                    segment.store().read(r, row);
                    std::vector<float> given(vectors.row(r).begin(), vectors.row(r).end());
                    if (distance == Distance::kCosine) normalize(given);
                    for (uint32_t d = 0; d < segment.dim(); ++d) {
                        const float step = store == VectorStoreKind::kU8
                                               ? segment.store().step()[d] * 0.51F
                                               : std::abs(given[d]) * 0x1p-10F + 0x1p-24F;
                        ASSERT_NEAR(row[d], given[d], store == VectorStoreKind::kF32 ? 0 : step);
                    }
                }
            }
        }
    }
    EXPECT_EQ(names(), std::vector<std::string>{"a.tbl"});
}

TEST_F(DenseSegmentBuilder, EveryRowStandsInItsBlocks) {
    const DenseDataset vectors = testing::clustered_vectors(small_shape());
    DenseBuildParameters parameters = one_thread();
    parameters.hash.assignments = 3;
    const auto segment = testing::dense_segment_of(vectors, parameters);
    const HashedLists& hashed = *segment->hashed();
    EXPECT_EQ(hashed.parameters().assignments, 3U);
    std::vector<uint32_t> seen(vectors.rows());
    for (uint32_t l = 0; l < hashed.lists().size(); ++l) {
        ListView list;
        ASSERT_TRUE(hashed.lists().view(l, list));
        for (uint32_t b = 0; b < list.blocks.size(); ++b) {
            std::set<Place> rows;
            for (const Place p : list.block_postings(b)) {
                if (p == kNoPlace) continue;
                ASSERT_TRUE(rows.insert(p).second);
                ++seen[p];
            }
        }
    }
    for (const uint32_t times : seen) EXPECT_EQ(times, 3U);
}

TEST_F(DenseSegmentBuilder, OfFewRowsAndDimensions) {
    for (const uint32_t rows : {1U, 2U, 17U}) {
        for (const uint32_t dim : {1U, 3U, 70U}) {
            for (const CodeKind code :
                 {CodeKind::kProduct4, CodeKind::kProduct8, CodeKind::kBinary}) {
                for (const Rotation rotation : {Rotation::kNone, Rotation::kOpq, Rotation::kItq}) {
                    if (dim == 70 && rotation == Rotation::kOpq && rows < 17) continue;  // slow
                    SCOPED_TRACE(::testing::Message()
                                 << rows << " x " << dim << ", " << code_kind_name(code) << ", "
                                 << rotation_name(rotation));
                    testing::ClusteredShape shape;
                    shape.rows = rows;
                    shape.dim = dim;
                    shape.zeros = 1;
                    DenseBuildParameters parameters = one_thread();
                    parameters.distance = Distance::kEuclid;
                    parameters.hash.code = code;
                    parameters.hash.rotation = rotation;
                    const auto built = build_dense_segment(
                        testing::clustered_vectors(shape), DocumentIds::row_numbers(rows),
                        parameters, path("a.tbl"), no_progress());
                    ASSERT_TRUE(built.is_ok()) << built.status().message();
                    const auto segment = DenseSegment::open(path("a.tbl"));
                    ASSERT_TRUE(segment.is_ok()) << segment.status().message();
                    const Status whole = (*segment)->verify(no_progress());
                    ASSERT_TRUE(whole.is_ok()) << whole.message();
                }
            }
        }
    }
}

TEST_F(DenseSegmentBuilder, RefusesWhatItCannotHold) {
    const auto build = [&](std::vector<float> values, uint64_t dim,
                           const DenseBuildParameters& parameters, uint64_t ids) {
        return build_dense_segment(DenseDataset::from_values(std::move(values), dim).value(),
                                   DocumentIds::row_numbers(ids), parameters, path("a.tbl"),
                                   no_progress());
    };
    DenseBuildParameters dot = one_thread();
    dot.distance = Distance::kDot;
    EXPECT_ERROR(build({1, 2, 3, 4, 5, -70'000}, 3, dot, 2), StatusCode::kInvalidArgument, "row 1",
                 "dimension 2", "65504");
    EXPECT_ERROR(build({1, 2}, 1, dot, 3), StatusCode::kInvalidArgument, "ids: 3 for 2 vectors");
    EXPECT_ERROR(build_dense_segment({}, {}, dot, path("a.tbl"), no_progress()),
                 StatusCode::kInvalidArgument, "vectors: none");
    DenseBuildParameters other = dot;
    other.distance = Distance::kManhattan;
    EXPECT_ERROR(build({1, 2}, 1, other, 2), StatusCode::kInvalidArgument, "manhattan");
    other = dot;
    other.store = VectorStoreKind::kF32;
    for (const Distance distance : {Distance::kDot, Distance::kEuclid}) {
        other.distance = distance;
        EXPECT_ERROR(build({1, 2, 1e20F, 1}, 2, other, 2), StatusCode::kInvalidArgument, "row 1",
                     "longer");
    }
    other.hash.assignments = 0;
    EXPECT_ERROR(build({1, 2}, 1, other, 2), StatusCode::kInvalidArgument, "assignments: 0");
    EXPECT_EQ(names(), std::vector<std::string>{});
    // All of them where nothing is hashed.
    other.kind = DenseIndexKind::kFlat;
    EXPECT_TRUE(build({1, 2, 1e20F, 1}, 2, other, 2).is_ok());
}

TEST_F(DenseSegmentBuilder, AnInterruptedBuildLeavesNothing) {
    const DenseDataset vectors = testing::clustered_vectors(small_shape());
    DenseBuildParameters parameters = one_thread();
    parameters.hash.rotation = Rotation::kItq;
    const std::string target = file("a.tbl", "something else");
    int patience = 0;
    for (;; ++patience) {
        testing::CancelAfter progress(patience);
        const auto built = build_dense_segment(vectors, DocumentIds::row_numbers(vectors.rows()),
                                               parameters, target, progress);
        EXPECT_EQ(names(), std::vector<std::string>{"a.tbl"});
        if (built.is_ok()) break;
        EXPECT_ERROR(built, StatusCode::kCancelled);
        EXPECT_EQ(testing::slurp(target), "something else");
    }
    EXPECT_GT(patience, 5);
    EXPECT_TRUE(DenseSegment::open(target).is_ok());
}

TEST_F(DenseSegmentFaults, AFailedWriteLeavesNothing) {
    const DenseDataset vectors = testing::clustered_vectors(small_shape());
    const DocumentIds ids = named_ids(vectors.rows());
    start(1);
    ASSERT_TRUE(
        build_dense_segment(vectors, ids, one_thread(), on_disk("a.tbl"), no_progress(), *files_)
            .is_ok());
    const uint64_t writes = plan_->writes();
    const uint64_t syncs = plan_->syncs();
    ASSERT_GT(writes, 0U);
    ASSERT_GT(syncs, 0U);
    const auto nothing = [&] {
        return std::filesystem::is_empty(std::filesystem::path(path("disk")));
    };
    for (uint64_t n = 1; n <= writes; ++n) {
        start(n);
        plan_->fail_write(n);
        EXPECT_ERROR(build_dense_segment(vectors, ids, one_thread(), on_disk("a.tbl"),
                                         no_progress(), *files_),
                     StatusCode::kIoError, "a.tbl");
        EXPECT_TRUE(nothing()) << "write " << n;
    }
    start(2);
    plan_->fail_sync(1);
    EXPECT_ERROR(
        build_dense_segment(vectors, ids, one_thread(), on_disk("a.tbl"), no_progress(), *files_),
        StatusCode::kIoError, "a.tbl");
    EXPECT_TRUE(nothing());
    start(3);
    plan_->set_space(2000);
    EXPECT_ERROR(
        build_dense_segment(vectors, ids, one_thread(), on_disk("a.tbl"), no_progress(), *files_),
        StatusCode::kResourceExhausted, "a.tbl");
    EXPECT_TRUE(nothing());
}

TEST_F(DenseSegmentBuilder, GraphsOfFewRows) {
    for (const uint32_t rows : {1U, 2U, 40U}) {
        testing::ClusteredShape shape;
        shape.rows = rows;
        shape.dim = 3;
        DenseBuildParameters parameters = one_thread();
        parameters.kind = DenseIndexKind::kHnsw;
        const auto segment =
            testing::dense_segment_of(testing::clustered_vectors(shape), parameters);
        const Status whole = segment->verify(no_progress());
        EXPECT_TRUE(whole.is_ok()) << whole.message();
        EXPECT_EQ(segment->graph()->rows(), rows);
    }
}

TEST_F(DenseSegmentBuilder, OneThreadBuildsTheSameGraph) {
    const DenseDataset vectors = testing::clustered_vectors(small_shape());
    DenseBuildParameters parameters = one_thread();
    parameters.kind = DenseIndexKind::kHnsw;
    const auto first = testing::dense_segment_of(vectors, parameters);
    const auto second = testing::dense_segment_of(vectors, parameters);
    for (uint32_t r = 0; r < vectors.rows(); ++r) {
        const auto a = first->graph()->neighbours(r);
        const auto b = second->graph()->neighbours(r);
        ASSERT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end())) << r;
    }
    parameters.graph.m = 1;
    EXPECT_ERROR(build_dense_segment(vectors, DocumentIds::row_numbers(vectors.rows()), parameters,
                                     path("a.tbl"), no_progress()),
                 StatusCode::kInvalidArgument, "m: 1");
    parameters.graph = {8, 0, 1};
    EXPECT_ERROR(build_dense_segment(vectors, DocumentIds::row_numbers(vectors.rows()), parameters,
                                     path("a.tbl"), no_progress()),
                 StatusCode::kInvalidArgument, "ef_construction: 0");
    parameters.graph = {8, 30, 1};
    testing::CancelAfter now(0);
    EXPECT_ERROR(build_dense_segment(vectors, DocumentIds::row_numbers(vectors.rows()), parameters,
                                     path("a.tbl"), now),
                 StatusCode::kCancelled);
    EXPECT_EQ(names(), std::vector<std::string>{});
}

/// A whole file of a hashed index.
class DenseSegmentLies : public testing::FolderTest {
protected:
    DenseSegmentLies() {
        DenseBuildParameters parameters = one_thread();
        parameters.distance = Distance::kEuclid;
        parameters.store = VectorStoreKind::kU8;
        parameters.hash.rotation = Rotation::kItq;
        const DenseDataset vectors = testing::clustered_vectors(small_shape());
        TEMBLOR_CHECK(build_dense_segment(vectors, named_ids(vectors.rows()), parameters,
                                          path("a.tbl"), no_progress())
                          .is_ok());
        whole_ = testing::slurp(path("a.tbl"));
        segment_ = testing::open_dense_bytes(whole_).value();
    }
    [[nodiscard]] std::vector<std::byte> section(SectionKind kind) const {
        const auto bytes = segment_->file().section(kind);
        return {bytes.begin(), bytes.end()};
    }
    /// The file with a number at `offset` of a section replaced, and true checksums.
    template <typename T>
    [[nodiscard]] std::string lie(SectionKind kind, size_t offset, T value) const {
        std::vector<std::byte> bytes = section(kind);
        TEMBLOR_CHECK(offset + sizeof(T) <= bytes.size());
        std::memcpy(bytes.data() + offset, &value, sizeof(T));
        return testing::with_section(whole_, kind, bytes);
    }
    void expect_refused(const std::string& bytes, const std::string& part) const {
        const auto opened = testing::open_dense_bytes(bytes);
        const Status status =
            opened.is_ok() ? opened.value()->verify(no_progress()) : opened.status();
        EXPECT_ERROR(status, StatusCode::kCorruption, "damaged", part);
    }

    std::string whole_;
    std::shared_ptr<const DenseSegment> segment_;
};

TEST_F(DenseSegmentLies, OfTheMetaAreRefused) {
    const auto dense = SectionKind::kDenseMeta;
    expect_refused(lie<uint64_t>(dense, 0, UINT32_MAX), "rows");
    expect_refused(lie<uint64_t>(dense, 0, 699), "section vectors");
    expect_refused(lie<uint64_t>(dense, 0, 701), "section vectors");
    expect_refused(lie<uint64_t>(dense, 0, 0), "section vectors");
    for (const uint32_t dim : {0U, 70'000U}) expect_refused(lie(dense, 8, dim), "dim");
    expect_refused(lie<uint32_t>(dense, 8, 11), "section vectors");
    for (const uint32_t value : {0U, 4U, 77U}) {
        expect_refused(lie(dense, 12, value), "distance");
        expect_refused(lie(dense, 16, value), "store");
        expect_refused(lie(dense, 24, value == 0 ? 9 : value), "id_kind");
    }
    expect_refused(lie<uint32_t>(dense, 12, 1), "vector_norms");
    for (const uint32_t value : {0U, 77U}) expect_refused(lie(dense, 20, value), "index");
    const auto hash = SectionKind::kHashMeta;
    const auto lie_in_hash = [&](auto HashMeta::*field, auto value) {
        HashMeta meta;
        std::memcpy(&meta, section(hash).data(), sizeof(meta));
        meta.*field = value;
        return testing::with_section(whole_, hash, std::as_bytes(std::span(&meta, 1)));
    };
    expect_refused(lie_in_hash(&HashMeta::rows, 3), "field rows");
    expect_refused(lie_in_hash(&HashMeta::dim, 9), "field dim");
    expect_refused(lie_in_hash(&HashMeta::distance, 1), "field distance");
    expect_refused(lie_in_hash(&HashMeta::lists, 0), "field lists");
    expect_refused(lie_in_hash(&HashMeta::lists, 7), "section list_centroids");
    expect_refused(lie_in_hash(&HashMeta::cells, 0), "field cells");
    expect_refused(lie_in_hash(&HashMeta::cells, 60), "blocks");
    expect_refused(lie_in_hash(&HashMeta::assignments, 17), "field assignments");
    expect_refused(lie_in_hash(&HashMeta::code, 4), "field code");
    expect_refused(lie_in_hash(&HashMeta::code, 2), "section code_books");
    expect_refused(lie_in_hash(&HashMeta::code_width, 65), "field code_width");
    expect_refused(lie_in_hash(&HashMeta::summary_width, 0), "field summary_width");
    expect_refused(lie_in_hash(&HashMeta::rotation, 0), "field rotation");
    expect_refused(lie_in_hash(&HashMeta::max_blocks, UINT32_MAX), "field max_blocks");
    expect_refused(lie_in_hash(&HashMeta::max_blocks, 1), "section lists");
    for (const float value :
         {-1.0F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        expect_refused(lie_in_hash(&HashMeta::norm_mean, value), "length");
        expect_refused(lie_in_hash(&HashMeta::norm_unit, value), "length");
        expect_refused(lie_in_hash(&HashMeta::residual_spread, value), "length");
        expect_refused(lie_in_hash(&HashMeta::code_spread, value), "length");
    }
}

TEST_F(DenseSegmentLies, OfTheListsAreRefused) {
    const auto lists = SectionKind::kLists;
    for (const size_t field : {0U, 8U, 16U})  // the three begins
        for (const uint64_t value : {uint64_t{1}, uint64_t{1} << 40, UINT64_MAX})
            expect_refused(lie(lists, field, value), "section");
    for (const size_t field : {24U, 28U, 32U})  // the three counts
        for (const uint32_t value : {7U, UINT32_MAX})
            expect_refused(lie(lists, field, value), "section");
    expect_refused(lie<Place>(SectionKind::kPostings, 0, 700), "section postings");
    expect_refused(lie<uint32_t>(SectionKind::kBlocks, 8, 3), "section blocks");
    expect_refused(lie<uint32_t>(SectionKind::kBlocks, 8, UINT32_MAX), "section blocks");
    const float nan = std::numeric_limits<float>::quiet_NaN();
    expect_refused(lie(SectionKind::kCodeBooks, 40, nan), "section code_books");
    expect_refused(lie(SectionKind::kRotation, 40, nan), "section rotation");
}

TEST_F(DenseSegmentLies, OfAGraphAreRefused) {
    DenseBuildParameters parameters = one_thread();
    parameters.kind = DenseIndexKind::kHnsw;
    const DenseDataset vectors = testing::clustered_vectors(small_shape());
    ASSERT_TRUE(build_dense_segment(vectors, named_ids(vectors.rows()), parameters, path("g.tbl"),
                                    no_progress())
                    .is_ok());
    whole_ = testing::slurp(path("g.tbl"));
    segment_ = testing::open_dense_bytes(whole_).value();
    const auto meta = SectionKind::kGraphMeta;
    expect_refused(lie<uint64_t>(meta, 0, 699), "field rows");
    for (const uint32_t value : {0U, 1U, 257U, UINT32_MAX})
        expect_refused(lie(meta, 8, value), "m");
    expect_refused(lie<uint32_t>(meta, 8, 7), "section graph_base");
    expect_refused(lie<uint32_t>(meta, 16, 700), "field entry");
    expect_refused(lie<uint32_t>(meta, 20, 33), "field levels");
    expect_refused(lie<uint32_t>(meta, 20, 0), "section graph_offsets");
    expect_refused(lie<uint32_t>(SectionKind::kGraphBase, 40, 700), "section graph_base");
    expect_refused(lie<uint32_t>(SectionKind::kGraphUpper, 8, 700), "section graph_upper");
    const auto offsets = SectionKind::kGraphOffsets;
    expect_refused(lie<uint32_t>(offsets, 0, 1), "section graph_offsets");
    expect_refused(lie<uint32_t>(offsets, 400, UINT32_MAX), "section graph_offsets");
    expect_refused(lie<uint32_t>(offsets, 700 * 4, UINT32_MAX), "section graph_upper");
}

}  // namespace
}  // namespace temblor
