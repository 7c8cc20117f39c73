#include <vector>

#include "data/formats/collection_reader.h"
#include "data/formats/dense_format.h"
#include "data/formats/dense_reader.h"
#include "data/formats/dense_writer.h"
#include "tests/data/dense_files.h"
#include "tests/data/test_files.h"

namespace temblor {
namespace {

class DenseDetection : public testing::FolderTest {};

TEST_F(DenseDetection, DenseFilesAreToldFromSparseOnes) {
    for (const uint64_t rows : {1, 3, 40}) {
        for (const uint32_t dim : {1, 5, 100}) {
            SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(dim));
            const DenseDataset dense = testing::random_dense(rows, rows, dim);
            ASSERT_TRUE(write_npy(path("a"), dense, FloatWidth::kF16, "gzip").is_ok());
            EXPECT_TRUE(*is_dense_file(path("a")));
            ASSERT_TRUE(write_npy(path("a"), dense, FloatWidth::kF32).is_ok());
            EXPECT_TRUE(*is_dense_file(path("a")));
            ASSERT_TRUE(write_fbin(path("a"), dense).is_ok());
            EXPECT_TRUE(*is_dense_file(path("a")));
            ASSERT_TRUE(write_fvecs(path("a"), dense).is_ok());
            EXPECT_TRUE(*is_dense_file(path("a")));

            const SparseDataset sparse = testing::random_dataset(rows, rows, dim);
            for (const char* how : {"none", "gzip"}) {
                ASSERT_TRUE(write_bigann_csr(path("a"), sparse, how).is_ok());
                EXPECT_FALSE(*is_dense_file(path("a")));
                ASSERT_TRUE(write_seismic_binary(path("a"), sparse, how).is_ok());
                EXPECT_FALSE(*is_dense_file(path("a")));
                ASSERT_TRUE(write_jsonl(path("a"), sparse, DocumentIds::row_numbers(rows), {}, how)
                                .is_ok());
                EXPECT_FALSE(*is_dense_file(path("a")));
            }
        }
    }
}

TEST_F(DenseDetection, EmptySparseRowsAreSparse) {
    SparseDatasetBuilder builder;
    for (int rows = 1; rows < 12; ++rows) {
        builder.add({});
        SparseDatasetBuilder copy = builder;
        const SparseDataset sparse = copy.finish(5).value();
        ASSERT_TRUE(write_seismic_binary(path("a"), sparse, "none").is_ok());
        EXPECT_FALSE(*is_dense_file(path("a"))) << rows;
    }
}

TEST_F(DenseDetection, ANameTellsOfCompressedFiles) {
    const DenseDataset dense = testing::random_dense(1, 20, 30);
    for (const char* name : {"a.fbin.gz", "a.fbin"}) {
        ASSERT_TRUE(write_fbin(path(name), dense, "gzip").is_ok());
        EXPECT_TRUE(*is_dense_file(path(name)));
    }
    ASSERT_TRUE(write_fvecs(path("a.fvecs.zst"), dense, "zstd").is_ok());
    EXPECT_TRUE(*is_dense_file(path("a.fvecs.zst")));
    EXPECT_FALSE(*is_dense_file(file("docs.npy", "{\"id\": 1}\n")));
    EXPECT_FALSE(*is_dense_file(file("empty.npy", "")));
    EXPECT_FALSE(*is_dense_file("-"));
    EXPECT_ERROR(is_dense_file(path("absent")), StatusCode::kNotFound, "absent");
}

TEST_F(DenseDetection, AnFbinThatBeginsLikeGzip) {
    // 559,903 rows are the bytes 1F 8B 08 00: gzip's magic number.
    const DenseDataset dense = testing::random_dense(2, 559903, 1);
    ASSERT_TRUE(write_fbin(path("a"), dense).is_ok());
    EXPECT_TRUE(*is_dense_file(path("a")));
    const auto found = read_dense(path("a"), no_progress());
    ASSERT_TRUE(found.is_ok()) << found.status().to_string();
    testing::expect_same_values(*found, dense);
}

TEST_F(DenseDetection, SizesThatFitBothFormats) {
    // d = rows + 3: the bytes of a .fbin are whole records of a .fvecs as well.
    const DenseDataset dense = testing::random_dense(3, 29, 32);
    ASSERT_TRUE(write_fbin(path("a"), dense).is_ok());
    testing::expect_same_values(*read_dense(path("a"), no_progress()), dense);
}

TEST_F(DenseDetection, FirstValuesOfZeroAreStillVectors) {
    std::vector<float> values(std::size_t{128} * 50);
    for (size_t i = 3; i < values.size(); i += 5) values[i] = static_cast<float>(i % 256);
    const DenseDataset sift = DenseDataset::from_values(std::move(values), 128).value();
    ASSERT_TRUE(write_fvecs(path("a"), sift).is_ok());
    EXPECT_TRUE(*is_dense_file(path("a")));
    testing::expect_same_values(*read_dense(path("a"), no_progress()), sift);
    ASSERT_TRUE(write_fvecs(path("a"), sift, "gzip").is_ok());
    testing::expect_same_values(*read_dense(path("a"), no_progress()), sift);
}

}  // namespace
}  // namespace temblor
