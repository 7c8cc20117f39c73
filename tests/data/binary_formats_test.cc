#include <cmath>
#include <functional>

#include "data/formats/collection_reader.h"
#include "tests/data/test_files.h"

namespace temblor {
namespace {

using testing::bytes_of;
using testing::compress;

/// A small valid CSR file to damage: rows {1: 0.5, 4: 2}, {}, {0: 1}; 5 columns.
struct Csr {
    int64_t rows = 3, cols = 5, nnz = 3;
    std::vector<int64_t> offsets{0, 2, 2, 3};
    std::vector<int32_t> components{1, 4, 0};
    std::vector<float> values{0.5F, 2.0F, 1.0F};

    [[nodiscard]] std::string bytes() const {
        std::string all = bytes_of(rows, cols, nnz);
        for (const int64_t offset : offsets) all += bytes_of(offset);
        for (const int32_t component : components) all += bytes_of(component);
        for (const float value : values) all += bytes_of(value);
        return all;
    }
};

Result<Corpus> read(const std::string& path, CollectionReaderOptions options = {}) {
    return read_collection(path, options, no_progress());
}

class BinaryFormatsTest : public testing::FolderTest {
protected:
    /// The same error, naming the file, whether the file is mapped or streamed.
    void expect_csr_error(const std::string& bytes, StatusCode code, const std::string& part) {
        CollectionReaderOptions options;
        options.format = InputFormat::kBigAnnCsr;
        for (const char* how : {"none", "gzip", "zstd"}) {
            const std::string where = file(std::string("bad.") + how, compress(bytes, how));
            EXPECT_ERROR(read(where, options), code, where + ": ", part);
        }
    }
};

TEST_F(BinaryFormatsTest, CsrReadsWhatItSays) {
    for (const char* how : {"none", "gzip", "zstd"}) {
        const auto collection = read(file("misnamed.jsonl", compress(Csr().bytes(), how)));
        ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
        EXPECT_EQ(collection->vectors.rows(), 3U);
        EXPECT_EQ(collection->vectors.dim(), 5U);
        EXPECT_EQ(collection->vectors.row(0).components[1], 4U);
        EXPECT_EQ(collection->vectors.row(2).values[0], 1.0F);
        EXPECT_EQ(collection->ids.kind(), IdKind::kRowNumber);
        EXPECT_EQ(collection->ids.count(), 3U);
        EXPECT_TRUE(collection->vocabulary.empty());
        EXPECT_TRUE(collection->payloads.empty());
    }
}

TEST_F(BinaryFormatsTest, CsrHeaderErrors) {
    const auto damage = [&](const std::function<void(Csr&)>& change, const std::string& part,
                            StatusCode code = StatusCode::kCorruption) {
        Csr csr;
        change(csr);
        expect_csr_error(csr.bytes(), code, part);
    };
    damage([](Csr& c) { c.rows = -1; }, "header: rows is -1");
    damage([](Csr& c) { c.cols = -7; }, "header: cols is -7");
    damage([](Csr& c) { c.nnz = -2; }, "header: nnz is -2");
    damage([](Csr& c) { c.cols = int64_t{1} << 32; }, "header: cols is 4294967296");
    damage([](Csr& c) { c.rows = INT64_MAX; }, "header: rows is 9223372036854775807");
    damage([](Csr& c) { c.nnz = INT64_MAX / 8; }, "header: nnz is 1152921504606846975");
    damage([](Csr& c) { c.rows = int64_t{1} << 50; }, "short file");
    damage(
        [](Csr& c) {
            c.nnz = 4;
            c.offsets[3] = 4;
        },
        "short file");
    damage(
        [](Csr& c) {
            c.values.push_back(0);
            c.values.push_back(0);
        },
        "8 bytes after the last value");
}

TEST_F(BinaryFormatsTest, CsrOffsetErrors) {
    const auto damage = [&](std::vector<int64_t> offsets, const std::string& part) {
        Csr csr;
        csr.offsets = std::move(offsets);
        expect_csr_error(csr.bytes(), StatusCode::kCorruption, part);
    };
    damage({1, 2, 2, 3}, "row 0: offset is 1 (the first must be 0)");
    damage({0, 2, 1, 3}, "row 2: offset is 1 (runs backwards from 2)");
    damage({0, 2, 2, 2}, "row 3: offset is 2 (the last must be nnz, 3)");
    damage({0, 2, 9, 3}, "row 2: offset is 9 (nnz is 3)");
    damage({0, -4, 2, 3}, "row 1: offset is -4 (must not be negative)");
}

TEST_F(BinaryFormatsTest, CsrEntryErrors) {
    const auto damage = [&](const std::function<void(Csr&)>& change, const std::string& part) {
        Csr csr;
        change(csr);
        expect_csr_error(csr.bytes(), StatusCode::kInvalidArgument, part);
    };
    damage([](Csr& c) { c.components[1] = 1; }, "row 0: entry 1: component 1 after 1");
    damage([](Csr& c) { c.components[1] = 0; }, "row 0: entry 1: component 0 after 1");
    damage([](Csr& c) { c.components[2] = -5; }, "row 2: entry 0: component -5 is negative");
    damage([](Csr& c) { c.components[2] = 5; }, "row 2: entry 0: component 5 (must be below");
    damage([](Csr& c) { c.values[1] = std::nanf(""); }, "row 0: entry 1: value is NaN");
    damage([](Csr& c) { c.values[2] = HUGE_VALF; }, "row 2: entry 0: value is infinite");
    damage([](Csr& c) { c.values[2] = -1; }, "row 2: entry 0: value -1");
    damage([](Csr& c) { c.cols = 0; }, "row 0: entry 0");
}

TEST_F(BinaryFormatsTest, EveryCutOfACsrFileIsShort) {
    const std::string whole = Csr().bytes();
    CollectionReaderOptions options;
    options.format = InputFormat::kBigAnnCsr;
    for (size_t size = 0; size < whole.size(); ++size) {
        for (const char* how : {"none", "zstd"}) {
            const std::string where = file("cut", compress(whole.substr(0, size), how));
            EXPECT_ERROR(read(where, options), StatusCode::kCorruption, where + ": short file");
        }
    }
}

TEST_F(BinaryFormatsTest, NegativeValuesAreForThoseWhoAllowThem) {
    Csr csr;
    csr.values[0] = -3;
    const std::string where = file("negative", csr.bytes());
    CollectionReaderOptions options;
    options.rule = ValueRule::kFinite;
    EXPECT_TRUE(read(where, options).is_ok());
    EXPECT_TRUE(read_queries(where, "", {}, {}, nullptr, no_progress()).is_ok());
}

TEST_F(BinaryFormatsTest, ACsrFileThatBeginsLikeGzip) {
    // 559,903 rows are the bytes 1F 8B 08 00: gzip's magic number.
    SparseDatasetBuilder builder;
    const SparseVector row{{3}, {1.0F}};
    for (int r = 0; r < 559903; ++r) builder.add(r % 1000 == 0 ? row.view() : SparseVectorView{});
    const SparseDataset data = builder.finish(10).value();
    ASSERT_TRUE(write_bigann_csr(path("a"), data, "none").is_ok());
    const auto collection = read(path("a"));
    ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
    EXPECT_EQ(collection->vectors.rows(), 559903U);
}

TEST_F(BinaryFormatsTest, RowCountsThatLookLikeJson) {
    for (const uint64_t rows : {uint64_t{'{'}, uint64_t{'{' + 256 * '"'}, uint64_t{'['}}) {
        const SparseDataset data = testing::random_dataset(8, rows, 50);
        for (const char* how : {"none", "gzip"}) {
            ASSERT_TRUE(write_bigann_csr(path("a"), data, how).is_ok());
            const auto collection = read(path("a"));
            ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
            testing::expect_same_rows(collection->vectors, data);
        }
    }
}

TEST_F(BinaryFormatsTest, SeismicErrorsNameTheRow) {
    CollectionReaderOptions options;
    options.format = InputFormat::kSeismicBinary;
    const std::string good = bytes_of(uint32_t{2}, uint32_t{2}, uint32_t{1}, uint32_t{4}, 0.5F,
                                      2.0F, uint32_t{1}, uint32_t{7}, 1.0F);
    const auto at = [&](size_t place, const std::string& replacement) {
        std::string bytes = good;
        return bytes.replace(place, replacement.size(), replacement);
    };
    const auto expect = [&](const std::string& bytes, StatusCode code, const std::string& part) {
        for (const char* how : {"none", "gzip", "zstd"}) {
            const std::string where = file("s", compress(bytes, how));
            EXPECT_ERROR(read(where, options), code, where + ": ", part);
        }
    };
    EXPECT_EQ(read(file("good", good))->vectors.dim(), 8U);
    expect(at(8, bytes_of(uint32_t{4})), StatusCode::kInvalidArgument,
           "row 0: entry 1: component 4 after 4");
    expect(at(32, bytes_of(std::nanf(""))), StatusCode::kInvalidArgument,
           "row 1: entry 0: value is NaN");
    expect(at(16, bytes_of(-1.0F)), StatusCode::kInvalidArgument, "row 0: entry 0: value -1");
    expect(at(20, bytes_of(HUGE_VALF)), StatusCode::kInvalidArgument,
           "row 0: entry 1: value is infinite");
    expect(at(0, bytes_of(UINT32_MAX)), StatusCode::kCorruption, "short file: row 2 of 4294967295");
    expect(at(24, bytes_of(UINT32_MAX)), StatusCode::kCorruption,
           "short file: row 1: components has 4294967295 entries");
    expect(good + "xyz", StatusCode::kCorruption, "3 bytes after the last of 2 rows");
    for (size_t size = 0; size < good.size(); ++size) {
        expect(good.substr(0, size), StatusCode::kCorruption, "short file");
    }
}

TEST_F(BinaryFormatsTest, RoundTripsThroughEveryFormatAndCompression) {
    const SparseDataset data = testing::random_dataset(9, 700, 3000);
    using Writer = Status (*)(const std::string&, const SparseDataset&, std::string_view);
    for (const Writer write : {&write_bigann_csr, &write_seismic_binary}) {
        for (const char* how : {"none", "gzip", "zstd"}) {
            ASSERT_TRUE(write(path("out.gz"), data, how).is_ok());
            const auto collection = read(path("out.gz"));
            ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
            testing::expect_same_rows(collection->vectors, data);
            const auto queries = read_queries(path("out.gz"), "", {}, {}, nullptr, no_progress());
            ASSERT_TRUE(queries.is_ok()) << queries.status().to_string();
            testing::expect_same_rows(queries->vectors, data);
        }
    }
    EXPECT_EQ(names(), std::vector<std::string>{"out.gz"});
}

TEST_F(BinaryFormatsTest, NoRowsAtAll) {
    const SparseDataset none;
    for (const char* how : {"none", "gzip"}) {
        ASSERT_TRUE(write_bigann_csr(path("csr"), none, how).is_ok());
        EXPECT_EQ(read(path("csr"))->vectors.rows(), 0U);
        ASSERT_TRUE(write_seismic_binary(path("seismic"), none, how).is_ok());
        CollectionReaderOptions options;
        options.format = InputFormat::kSeismicBinary;
        EXPECT_EQ(read(path("seismic"), options)->vectors.rows(), 0U);
    }
}

TEST_F(BinaryFormatsTest, IdsComeFromTheirOwnFile) {
    const std::string docs = file("docs", Csr().bytes());
    CollectionReaderOptions options;
    options.ids_path = file("ids", compress("MED-1\r\nMED-2\r\nMED-3", "gzip"));
    auto collection = read(docs, options);
    ASSERT_TRUE(collection.is_ok()) << collection.status().to_string();
    EXPECT_EQ(collection->ids.id_string(2), "MED-3");
    const auto queries = read_queries(docs, options.ids_path, {}, {}, nullptr, no_progress());
    EXPECT_EQ(queries->ids.id_string(0), "MED-1");

    ASSERT_TRUE(write_ids(path("again"), collection->ids).is_ok());
    EXPECT_EQ(testing::slurp(path("again")), "MED-1\nMED-2\nMED-3\n");

    const auto code = StatusCode::kInvalidArgument;
    options.ids_path = file("few", "a\nb\n");
    EXPECT_ERROR(read(docs, options), code, path("few") + ": 2 ids for 3 rows");
    options.ids_path = file("many", "a\nb\nc\nd\n");
    EXPECT_ERROR(read(docs, options), code, path("many") + ": 4 ids for 3 rows");
    options.ids_path = file("gap", "a\n\nc\n");
    EXPECT_ERROR(read(docs, options), code, path("gap") + ":2: empty id");
    options.ids_path = file("twice", "a\nb\na\n");
    EXPECT_ERROR(read(docs, options), code, path("twice") + ":3: id \"a\" repeats that of line 1");
    options.ids_path = path("absent");
    EXPECT_ERROR(read(docs, options), StatusCode::kNotFound, "absent");
}

TEST_F(BinaryFormatsTest, CancellingStopsEveryReader) {
    const SparseDataset data = testing::random_dataset(10, 5000, 3000);
    ASSERT_TRUE(write_bigann_csr(path("csr"), data, "none").is_ok());
    ASSERT_TRUE(write_bigann_csr(path("csr.gz"), data, "gzip").is_ok());
    ASSERT_TRUE(write_seismic_binary(path("seismic"), data, "none").is_ok());
    for (const char* name : {"csr", "csr.gz", "seismic"}) {
        for (const int patience : {0, 1}) {
            testing::CancelAfter progress(patience);
            EXPECT_ERROR(read_collection(path(name), {}, progress), StatusCode::kCancelled,
                         path(name) + ": reading was cancelled");
        }
    }
}

TEST_F(BinaryFormatsTest, ProgressIsInBytesOfTheFile) {
    const SparseDataset data = testing::random_dataset(11, 2000, 3000);
    for (const char* how : {"none", "gzip"}) {
        ASSERT_TRUE(write_bigann_csr(path("csr"), data, how).is_ok());
        testing::Recorder recorder;
        ASSERT_TRUE(read_collection(path("csr"), {}, recorder).is_ok());
        ASSERT_FALSE(recorder.reports.empty());
        const uint64_t size = testing::slurp(path("csr")).size();
        uint64_t before = 0;
        for (const auto& report : recorder.reports) {
            EXPECT_EQ(report.stage, "reading");
            EXPECT_EQ(report.total, size);
            EXPECT_GE(report.done, before);
            before = report.done;
        }
        EXPECT_EQ(before, size);
    }
}

TEST_F(BinaryFormatsTest, WritersLeaveNothingBehindOnErrors) {
    const SparseDataset wide =
        SparseDataset::from_arrays({0, 1}, {0xFFFFFFF0U}, {1.0F}, uint64_t{1} << 32).value();
    EXPECT_ERROR(write_bigann_csr(path("a"), wide, "none"), StatusCode::kInvalidArgument,
                 "dimension 4294967296");
    EXPECT_TRUE(write_seismic_binary(path("b"), wide, "none").is_ok());
    EXPECT_EQ(read(path("b"))->vectors.dim(), 0xFFFFFFF1U);
    EXPECT_EQ(names(), std::vector<std::string>{"b"});
}

TEST_F(BinaryFormatsTest, WhatIsNoCollectionIsSaidToBeNone) {
    const auto code = StatusCode::kInvalidArgument;
    EXPECT_ERROR(read(file("empty", "")), code, path("empty") + ": empty file");
    EXPECT_ERROR(read(file("tsv", "query-id\tcorpus-id\tscore\n")), code, path("tsv"), "--format");
    EXPECT_ERROR(read(path("absent")), StatusCode::kNotFound, path("absent"));
    EXPECT_ERROR(parse_input_format("npz"), code, "\"npz\"", "csr, seismic or jsonl");
    for (const char* name : {"csr", "seismic", "jsonl"}) {
        EXPECT_EQ(input_format_name(*parse_input_format(name)), name);
    }
}

TEST_F(BinaryFormatsTest, TextEncodersNeedText) {
    CollectionReaderOptions options;
    options.encoder = TextEncoderOptions{};
    EXPECT_ERROR(read(file("docs", Csr().bytes()), options), StatusCode::kInvalidArgument,
                 path("docs"), "encoder bm25 needs text");
}

}  // namespace
}  // namespace temblor
