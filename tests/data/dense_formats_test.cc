#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <random>

#include "data/formats/dense_reader.h"
#include "data/formats/dense_writer.h"
#include "data/io/byte_source.h"
#include "data/io/mapped_file.h"
#include "tests/data/dense_files.h"
#include "tests/data/test_files.h"

namespace temblor {
namespace {

using testing::bytes_of;
using testing::compress;
using testing::npy_file;

constexpr std::array<const char*, 3> kCompressions{"none", "gzip", "zstd"};
constexpr std::array kDenseFormats{DenseFormat::kNpy, DenseFormat::kFvecs, DenseFormat::kFbin};

Result<DenseDataset> read_back(const std::string& path,
                               std::optional<DenseFormat> format = std::nullopt) {
    return read_dense(path, no_progress(), format);
}

Status write_as(DenseFormat format, const std::string& path, const DenseDataset& data,
                std::string_view how = "none") {
    switch (format) {
        case DenseFormat::kNpy:
            return write_npy(path, data, FloatWidth::kF32, how);
        case DenseFormat::kFvecs:
            return write_fvecs(path, data, how);
        case DenseFormat::kFbin:
            return write_fbin(path, data, how);
    }
    return Status::internal("no such format");
}

/// Two rows of three values in each format.
const std::string kValues = bytes_of(1.0F, -2.0F, 0.5F, 4.0F, 0.0F, 8.0F);
const std::string kDictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n";
std::string small_npy() { return npy_file(1, kDictionary, kValues); }
std::string small_fbin() { return bytes_of(uint32_t{2}, uint32_t{3}) + kValues; }
std::string small_fvecs() {
    return bytes_of(int32_t{3}) + kValues.substr(0, 12) + bytes_of(int32_t{3}) + kValues.substr(12);
}

class DenseFormats : public testing::FolderTest {
protected:
    /// The same error, naming the file, however the file is read.
    void expect_refused(const std::string& bytes, DenseFormat format, StatusCode code,
                        const std::string& part) {
        for (const char* how : kCompressions) {
            const std::string where = file(std::string("bad.") + how, compress(bytes, how));
            EXPECT_ERROR(read_back(where, format), code, where + ": ", part);
        }
    }
};

TEST_F(DenseFormats, RoundTripsThroughEveryFormatAndCompression) {
    for (const uint64_t dim : {1, 3, 16, 100}) {
        const DenseDataset data = testing::random_dense(dim, 70, dim);
        for (const char* how : kCompressions) {
            for (const DenseFormat format : kDenseFormats) {
                SCOPED_TRACE(std::string(dense_format_name(format)) + " " + how);
                ASSERT_TRUE(write_as(format, path("a"), data, how).is_ok());
                for (const auto& told : {std::optional<DenseFormat>(), std::optional(format)}) {
                    const auto again = read_back(path("a"), told);
                    ASSERT_TRUE(again.is_ok()) << again.status().to_string();
                    testing::expect_same_values(*again, data);
                }
            }
            ASSERT_TRUE(write_npy(path("a"), data, FloatWidth::kF16, how).is_ok());
            const auto halves = read_back(path("a"));
            ASSERT_TRUE(halves.is_ok()) << halves.status().to_string();
            testing::expect_same_values(*halves, data);
        }
    }
    EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_F(DenseFormats, ReadsWhatOthersWrite) {
    const DenseDataset expected =
        DenseDataset::from_values({1.0F, -2.0F, 0.5F, 4.0F, 0.0F, 8.0F}, 3).value();
    const std::string other = "{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\"<f4\"}";
    const std::string halves = "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3), }  \n";
    const std::string half_values = bytes_of(uint16_t{0x3C00}, uint16_t{0xC000}, uint16_t{0x3800},
                                             uint16_t{0x4400}, uint16_t{0}, uint16_t{0x4800});
    for (const std::string& bytes :
         {small_npy(), npy_file(2, kDictionary, kValues), npy_file(3, kDictionary, kValues),
          npy_file(1, other, kValues), npy_file(2, halves, half_values), small_fbin(),
          small_fvecs()}) {
        for (const char* how : kCompressions) {
            const auto found = read_back(file("a", compress(bytes, how)));
            ASSERT_TRUE(found.is_ok()) << found.status().to_string();
            testing::expect_same_values(*found, expected);
        }
    }
}

TEST_F(DenseFormats, OurNpyIsLaidOutAsNumpyDoes) {
    const DenseDataset data = testing::random_dense(5, 2, 3);
    ASSERT_TRUE(write_npy(path("a"), data, FloatWidth::kF32).is_ok());
    const std::string bytes = testing::slurp(path("a"));
    EXPECT_EQ(bytes.size(), 128U + 24U);
    EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\0\x76\0", 10));
    EXPECT_EQ(bytes.substr(10, 59), "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
    EXPECT_EQ(bytes[127], '\n');
}

TEST_F(DenseFormats, PlainFloatsAreMappedAndOutliveTheirName) {
    const DenseDataset data = testing::random_dense(6, 20, 8);
    for (const DenseFormat format : {DenseFormat::kNpy, DenseFormat::kFbin}) {
        ASSERT_TRUE(write_as(format, path("a"), data).is_ok());
        const auto bytes = MappedFile::open(path("a")).value();
        ReadingProgress reading(no_progress(), "a", bytes->bytes().size());
        const auto view = view_dense(bytes, bytes->bytes(), format, reading);
        ASSERT_TRUE(view.is_ok());
        const auto* first = reinterpret_cast<const std::byte*>(view->values().data());
        EXPECT_GE(first, bytes->bytes().data());
        EXPECT_LT(first, bytes->bytes().data() + bytes->bytes().size());
        const auto dataset = read_back(path("a"));
        std::filesystem::remove(path("a"));
        testing::expect_same_values(*dataset, data);
    }
}

TEST_F(DenseFormats, NpyHeadersOfOtherArraysAreRefused) {
    const auto refuse = [&](const std::string& dictionary, const std::string& part,
                            StatusCode code = StatusCode::kInvalidArgument) {
        expect_refused(npy_file(1, dictionary, kValues), DenseFormat::kNpy, code, part);
    };
    const std::string rest = ", 'fortran_order': False, 'shape': (2, 3), }";
    refuse("{'descr': '<f8'" + rest, "descr is '<f8' (expected '<f4' or '<f2')");
    refuse("{'descr': '>f4'" + rest, "descr is '>f4' (expected '<f4' or '<f2')");
    refuse("{'descr': '<i4'" + rest, "descr is '<i4'");
    refuse("{'descr': [('a', '<f4')]" + rest, "descr is [('a', '<f4')]");
    const std::string start = "{'descr': '<f4', 'fortran_order': ";
    refuse(start + "True, 'shape': (2, 3)}", "fortran_order is True (expected False");
    refuse(start + "False, 'shape': (6,)}", "shape is (6,) (expected two dimensions: (rows, dim)");
    refuse(start + "False, 'shape': ()}", "shape is () (expected two");
    refuse(start + "False, 'shape': (1, 2, 3)}", "shape is (1, 2, 3) (expected two");

    const auto damaged = StatusCode::kCorruption;
    refuse(start + "False, 'shape': (6, 0)}", "dimension is 0 (expected 1 to 65536)", damaged);
    refuse(start + "False, 'shape': (1, 65537)}", "dimension is 65537", damaged);
    refuse(start + "False, 'shape': (1099511627777, 1)}", "rows is 1099511627777", damaged);
    refuse(start + "False, 'shape': (18446744073709551616, 1)}", "below 2^64", damaged);
    refuse(start + "False, 'shape': (-2, 3)}", "whole numbers", damaged);
    refuse(start + "False, 'shape': 6}", "a tuple as shape", damaged);
    refuse(start + "0, 'shape': (2, 3)}", "fortran_order False or True", damaged);
    refuse("{'descr': '<f4', 'shape': (2, 3)}", "descr, fortran_order and shape", damaged);
    refuse("{'descr': '<f4', 'descr': '<f4'" + rest, "each once", damaged);
    refuse("{'more': 1, 'descr': '<f4'" + rest, "each once", damaged);
    refuse("{'descr': '<f4'" + rest + "x", "nothing after '}'", damaged);
    refuse("{'descr': '<f4'", "',' or '}'", damaged);
    refuse("", "expected a dictionary at byte 0", damaged);
}

TEST_F(DenseFormats, NpyVersionsAndSizes) {
    const auto refuse = [&](const std::string& bytes, const std::string& part, StatusCode code) {
        expect_refused(bytes, DenseFormat::kNpy, code, part);
    };
    refuse(npy_file(4, kDictionary, kValues), "version 4.0 (expected 1.0, 2.0 or 3.0)",
           StatusCode::kInvalidArgument);
    refuse(small_fbin(), "must begin with \\x93NUMPY", StatusCode::kCorruption);
    refuse(small_npy() + "xyz", "3 bytes after the last value", StatusCode::kCorruption);
    std::string long_header = npy_file(2, kDictionary, kValues);
    long_header[10] = '\x7F';
    refuse(long_header, "bytes long (expected 65536 at most)", StatusCode::kCorruption);
}

TEST_F(DenseFormats, FbinAndFvecsErrorsNameTheRow) {
    const auto damaged = StatusCode::kCorruption;
    const auto fbin = [&](const std::string& bytes, const std::string& part) {
        expect_refused(bytes, DenseFormat::kFbin, damaged, part);
    };
    fbin(bytes_of(uint32_t{2}, uint32_t{0}) + kValues, "dimension is 0 (expected 1 to 65536)");
    fbin(bytes_of(uint32_t{2}, uint32_t{70'000}) + kValues, "dimension is 70000");
    fbin(bytes_of(UINT32_MAX, uint32_t{65'536}) + kValues, "short file");
    fbin(small_fbin() + "abcd", "4 bytes after the last value");

    const auto fvecs = [&](const std::string& bytes, const std::string& part) {
        expect_refused(bytes, DenseFormat::kFvecs, damaged, part);
    };
    fvecs(bytes_of(int32_t{0}), "row 0: dimension is 0 (expected 1 to 65536)");
    fvecs(bytes_of(int32_t{-4}), "row 0: dimension is -4");
    fvecs(bytes_of(int32_t{65'537}), "row 0: dimension is 65537");
    fvecs(small_fvecs() + bytes_of(int32_t{2}), "row 2: dimension is 2 (expected 3 as in row 0)");
    fvecs(small_fvecs() + "ab", "row 2: dimension needs 4 bytes, 2 are left");
    fvecs(small_fvecs() + bytes_of(int32_t{3}, 1.0F), "row 2: values need 12 bytes, 4 are left");
}

TEST_F(DenseFormats, ValuesThatAreNotFiniteAreRefused) {
    const auto code = StatusCode::kInvalidArgument;
    const std::string rows = bytes_of(1.0F, 2.0F, 3.0F, 4.0F, std::nanf(""), 6.0F);
    const std::string part = "row 1: column 1: value is NaN (expected a finite number)";
    expect_refused(npy_file(1, kDictionary, rows), DenseFormat::kNpy, code, part);
    expect_refused(bytes_of(uint32_t{2}, uint32_t{3}) + rows, DenseFormat::kFbin, code, part);
    expect_refused(
        bytes_of(int32_t{3}) + rows.substr(0, 12) + bytes_of(int32_t{3}) + rows.substr(12),
        DenseFormat::kFvecs, code, part);
    expect_refused(bytes_of(uint32_t{1}, uint32_t{2}, 0.0F, -HUGE_VALF), DenseFormat::kFbin, code,
                   "row 0: column 1: value is infinite");
    const std::string halves = "{'descr': '<f2', 'fortran_order': False, 'shape': (1, 2)}";
    expect_refused(npy_file(1, halves, bytes_of(uint16_t{0x7C00}, uint16_t{0})), DenseFormat::kNpy,
                   code, "row 0: column 0: value is infinite");
    expect_refused(npy_file(1, halves, bytes_of(uint16_t{0}, uint16_t{0xFE00})), DenseFormat::kNpy,
                   code, "row 0: column 1: value is NaN");
}

TEST_F(DenseFormats, EveryCutIsAnErrorThatNamesTheFile) {
    const std::array wholes{small_npy(), small_fvecs(), small_fbin()};
    for (const DenseFormat format : kDenseFormats) {
        const std::string& whole = wholes[static_cast<size_t>(format)];
        for (size_t size = 0; size < whole.size(); ++size) {
            // A .fvecs file may end after any row.
            if (format == DenseFormat::kFvecs && size == whole.size() / 2) continue;
            for (const char* how : {"none", "zstd"}) {
                const std::string where = file("cut", compress(whole.substr(0, size), how));
                EXPECT_ERROR(read_back(where, format), StatusCode::kCorruption,
                             where + ": short file");
            }
        }
    }
}

TEST_F(DenseFormats, MutatedFilesAreReadAlikeMappedAndStreamed) {
    const uint64_t seed = testing::from_environment("TEMBLOR_SEED", std::random_device()());
    std::mt19937_64 random(seed);
    SCOPED_TRACE("TEMBLOR_SEED=" + std::to_string(seed));
    std::array<std::string, 4> wholes;
    for (size_t i = 0; i < wholes.size(); ++i) {
        const DenseDataset data =
            testing::random_dense(seed + i, 1 + random() % 9, 1 + random() % 9);
        const Status written = i == 3 ? write_npy(path("a"), data, FloatWidth::kF16)
                                      : write_as(kDenseFormats[i], path("a"), data);
        ASSERT_TRUE(written.is_ok());
        wholes[i] = testing::slurp(path("a"));
    }
    for (int round = 0; round < 20'000; ++round) {
        const size_t which = random() % wholes.size();
        const DenseFormat format = kDenseFormats[which % kDenseFormats.size()];
        std::string bytes = wholes[which];
        for (uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
            // Headers matter most.
            const size_t place = random() % (random() % 2 == 0 ? 8 : bytes.size());
            bytes[place % bytes.size()] =
                static_cast<char>(random() % 4 == 0 ? random() : '0' + random() % 10);
        }
        if (random() % 4 == 0) bytes.resize(random() % (bytes.size() + 1));
        std::vector<float> aligned(bytes.size() / sizeof(float) + 1);
        if (!bytes.empty()) std::memcpy(aligned.data(), bytes.data(), bytes.size());
        const auto raw = std::as_bytes(std::span(aligned)).first(bytes.size());

        ReadingProgress viewing(no_progress(), "a", raw.size());
        const auto view = view_dense(nullptr, raw, format, viewing);
        ReadingProgress reading(no_progress(), "a", raw.size());
        const auto reader = make_plain_reader("a", open_memory_source(raw));
        const auto streamed = read_dense_from(*reader, format, reading);
        ASSERT_EQ(view.is_ok(), streamed.is_ok()) << view.status().to_string() << "\n"
                                                  << streamed.status().to_string();
        if (!view.is_ok()) {
            EXPECT_EQ(view.status().code(), streamed.status().code());
            continue;
        }
        testing::expect_same_values(*view, *streamed);
        for (const float value : view->values()) ASSERT_TRUE(std::isfinite(value));
    }
}

TEST_F(DenseFormats, HalvesRoundToNearestAndRefuseOverflow) {
    const DenseDataset data =
        DenseDataset::from_values({2049.0F, 2051.0F, 65519.0F, 1e-8F, -0.0F, 0.1F}, 3).value();
    ASSERT_TRUE(write_npy(path("a"), data, FloatWidth::kF16).is_ok());
    const std::vector<float> expected{2048.0F, 2052.0F, 65504.0F, 0.0F, -0.0F, 0.0999755859375F};
    const auto found = read_back(path("a"));
    ASSERT_TRUE(found.is_ok());
    EXPECT_TRUE(std::ranges::equal(found->values(), expected));
    const DenseDataset large = DenseDataset::from_values({1.0F, 2.0F, -65520.0F}, 1).value();
    EXPECT_ERROR(write_npy(path("b"), large, FloatWidth::kF16), StatusCode::kInvalidArgument,
                 path("b") + ": row 2: column 0: value -65520", "past what f16 holds");
    EXPECT_EQ(names(), std::vector<std::string>{"a"});
}

TEST_F(DenseFormats, NoRowsAtAll) {
    const DenseDataset none = DenseDataset::from_values({}, 7).value();
    for (const char* how : kCompressions) {
        for (const FloatWidth width : {FloatWidth::kF16, FloatWidth::kF32}) {
            ASSERT_TRUE(write_npy(path("a"), none, width, how).is_ok());
            testing::expect_same_values(*read_back(path("a")), none);
        }
        ASSERT_TRUE(write_fbin(path("a"), none, how).is_ok());
        testing::expect_same_values(*read_back(path("a")), none);
    }
    EXPECT_ERROR(write_fvecs(path("b"), none), StatusCode::kInvalidArgument, path("b"), "no rows");
}

TEST_F(DenseFormats, CancellingStopsEveryReader) {
    const DenseDataset data = testing::random_dense(10, 5000, 20);
    for (const DenseFormat format : kDenseFormats) {
        for (const char* how : kCompressions) {
            ASSERT_TRUE(write_as(format, path("a"), data, how).is_ok());
            for (const int patience : {0, 1}) {
                testing::CancelAfter progress(patience);
                EXPECT_ERROR(read_dense(path("a"), progress), StatusCode::kCancelled,
                             path("a") + ": reading was cancelled");
            }
        }
    }
}

TEST_F(DenseFormats, ProgressIsInBytesOfTheFile) {
    const DenseDataset data = testing::random_dense(11, 3000, 20);
    for (const DenseFormat format : kDenseFormats) {
        for (const char* how : kCompressions) {
            ASSERT_TRUE(write_as(format, path("a"), data, how).is_ok());
            testing::Recorder recorder;
            ASSERT_TRUE(read_dense(path("a"), recorder).is_ok());
            ASSERT_FALSE(recorder.reports.empty());
            const uint64_t size = testing::slurp(path("a")).size();
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
}

TEST_F(DenseFormats, WhatIsNoFileOfVectors) {
    const auto code = StatusCode::kInvalidArgument;
    EXPECT_ERROR(read_back(file("empty", "")), code, path("empty") + ": empty file");
    EXPECT_ERROR(read_back(file("text", "query-id\tcorpus-id\n")), code, path("text"), "--format");
    EXPECT_ERROR(read_back(path("absent")), StatusCode::kNotFound, path("absent"));
    EXPECT_ERROR(read_back(file("cut.fbin", small_fbin() + "x")), StatusCode::kCorruption,
                 "1 bytes after the last value");
    EXPECT_ERROR(read_back(file("cut.fvecs", small_fvecs() + "x")), StatusCode::kCorruption,
                 "short file: row 2");
    EXPECT_ERROR(parse_dense_format("csv"), code, "\"csv\"", "npy, fvecs or fbin");
    for (const char* name : {"npy", "fvecs", "fbin"}) {
        EXPECT_EQ(dense_format_name(*parse_dense_format(name)), name);
    }
}

TEST(DenseDataset, ChecksItsShape) {
    const auto code = StatusCode::kInvalidArgument;
    EXPECT_ERROR(DenseDataset::from_values({1.0F}, 0), code, "dimension 0");
    EXPECT_ERROR(DenseDataset::from_values({}, kMaxDenseDim + 1), code, "dimension 65537");
    EXPECT_ERROR(DenseDataset::from_values({1.0F, 2.0F, 3.0F}, 2), code, "3 values");
    const DenseDataset data = DenseDataset::from_values({1.0F, 2.0F, 3.0F, 4.0F}, 2).value();
    const DenseDataset copy = data;  // NOLINT(performance-unnecessary-copy-initialization)
    EXPECT_EQ(copy.values().data(), data.values().data());
    EXPECT_EQ(copy.row(1)[0], 3.0F);
    EXPECT_EQ(copy.rows(), 2U);
    EXPECT_EQ(copy.bytes(), 16U);
}

}  // namespace
}  // namespace temblor
