#include "data/io/byte_reader.h"

#include <algorithm>
#include <random>

#include "data/io/compressed_writer.h"
#include "data/io/line_reader.h"
#include "data/io/mapped_file.h"
#include "tests/data/test_files.h"

namespace temblor {
namespace {

using testing::compress;
using testing::slurp;

std::string sample_text(size_t bytes) {
    std::mt19937_64 random(6);
    std::string text;
    while (text.size() < bytes) text += std::to_string(random() % 100000) + " ";
    text.resize(bytes);
    return text;
}

/// All of a stream, in steps of `step` bytes.
Result<std::string> read_all(ByteReader& reader, size_t step) {
    std::string all;
    std::string piece(step, '\0');
    while (true) {
        TEMBLOR_ASSIGN_OR_RETURN(const size_t got,
                                 reader.read(std::as_writable_bytes(std::span(piece))));
        all.append(piece, 0, got);
        if (got < step) return all;
    }
}

Result<std::string> read_memory(std::string_view bytes, size_t step = 4096) {
    TEMBLOR_ASSIGN_OR_RETURN(auto reader,
                             open_memory_reader("memory", std::as_bytes(std::span(bytes))));
    return read_all(*reader, step);
}

class ByteReaderTest : public testing::FolderTest {};

TEST_F(ByteReaderTest, ContentDecidesNotTheName) {
    const std::string text = sample_text(700000);
    for (const char* how : {"none", "gzip", "zstd"}) {
        for (const char* name : {"a.txt", "a.gz", "a.zst"}) {
            const std::string path = file(name, compress(text, how));
            for (const size_t step : {size_t{1} << 20, size_t{999}}) {
                auto reader = open_byte_reader(path);
                ASSERT_TRUE(reader.is_ok()) << reader.status().to_string();
                const auto all = read_all(**reader, step);
                ASSERT_TRUE(all.is_ok()) << all.status().to_string();
                EXPECT_TRUE(*all == text) << how << " named " << name;
                EXPECT_EQ((*reader)->file_position(), (*reader)->file_size());
                EXPECT_EQ((*reader)->file_size(), slurp(path).size());
            }
        }
    }
}

TEST_F(ByteReaderTest, MembersAndFramesFollowEachOther) {
    const std::string one = sample_text(300000);
    for (const char* how : {"gzip", "zstd"}) {
        const std::string part = compress(one, how);
        const std::string none = compress("", how);
        const auto all = read_memory(part + none + part + none);
        ASSERT_TRUE(all.is_ok()) << all.status().to_string();
        EXPECT_TRUE(*all == one + one) << how;
    }
    // What parallel compressors put first: a frame to skip.
    const std::string skipped = testing::bytes_of(uint32_t{0x184D2A50}, uint32_t{4}, uint32_t{7});
    EXPECT_EQ(*read_memory(skipped + compress("text", "zstd")), "text");
}

TEST_F(ByteReaderTest, EveryCutOfACompressedStreamIsAnError) {
    for (const char* how : {"gzip", "zstd"}) {
        const std::string whole = compress(sample_text(500), how);
        for (size_t size = 5; size < whole.size(); ++size) {
            EXPECT_ERROR(read_memory(whole.substr(0, size)), StatusCode::kCorruption,
                         "memory: ", how, "cut off");
        }
    }
}

TEST_F(ByteReaderTest, DamageAndStrangeBytesAfterTheEndAreErrors) {
    const std::string text = sample_text(5000);
    std::string gzip = compress(text, "gzip");
    gzip[gzip.size() - 6] = static_cast<char>(gzip[gzip.size() - 6] ^ 1);  // the checksum
    EXPECT_ERROR(read_memory(gzip), StatusCode::kCorruption, "memory: damaged gzip stream");
    EXPECT_ERROR(read_memory(compress(text, "gzip") + "strange"), StatusCode::kCorruption,
                 "gzip stream");
    EXPECT_ERROR(read_memory(compress(text, "zstd") + "strange"), StatusCode::kCorruption,
                 "zstd stream");
}

TEST_F(ByteReaderTest, FilesThatCannotBeRead) {
    EXPECT_ERROR(open_byte_reader(path("absent")), StatusCode::kNotFound, "absent: no such file");
    EXPECT_ERROR(open_byte_reader(path("")), StatusCode::kInvalidArgument, "is a folder");
    EXPECT_ERROR(MappedFile::open(path("absent")), StatusCode::kNotFound, "absent: no such file");
    EXPECT_ERROR(MappedFile::open(path("")), StatusCode::kInvalidArgument, "not a regular file");
}

TEST_F(ByteReaderTest, ReadExactlySaysWhatIsMissing) {
    auto reader = open_byte_reader(file("short", "abc"));
    ASSERT_TRUE(reader.is_ok());
    std::array<std::byte, 8> out{};
    EXPECT_ERROR(read_exactly(**reader, out, "header"), StatusCode::kCorruption,
                 path("short") + ": short file: header needs 8 bytes, 3 are left");
}

TEST_F(ByteReaderTest, MappedFilesShowTheBytes) {
    const std::string text = sample_text(10000);
    const auto mapped = MappedFile::open(file("a", text));
    ASSERT_TRUE(mapped.is_ok());
    const auto bytes = (*mapped)->bytes();
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), text);
    EXPECT_TRUE((*MappedFile::open(file("empty", "")))->bytes().empty());
}

TEST(HugePages, AreZeroedAndAligned) {
    for (const size_t size : {size_t{0}, size_t{1}, size_t{5000}, (size_t{6} << 20) + 1}) {
        const auto memory = allocate_huge_pages(size);
        ASSERT_NE(memory, nullptr);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(memory.get()) % 4096, 0U);
        EXPECT_TRUE(std::all_of(memory.get(), memory.get() + size,
                                [](std::byte b) { return b == std::byte{0}; }));
        std::fill_n(memory.get(), size, std::byte{1});
    }
    EXPECT_EQ(allocate_huge_pages(SIZE_MAX), nullptr);
}

TEST_F(ByteReaderTest, WritersCompressAsAsked) {
    const std::string text = sample_text(900000);
    for (const char* how : {"none", "gzip", "zstd"}) {
        auto writer = CompressedWriter::create(path("out"), how);
        ASSERT_TRUE(writer.is_ok());
        for (size_t at = 0; at < text.size(); at += 77777) {
            ASSERT_TRUE((*writer)->write(std::string_view(text).substr(at, 77777)).is_ok());
        }
        ASSERT_TRUE((*writer)->commit().is_ok());
        EXPECT_EQ(slurp(path("out")).size() == text.size(), std::string(how) == "none");
        auto reader = open_byte_reader(path("out"));
        EXPECT_TRUE(*read_all(**reader, 4096) == text);
    }
    EXPECT_ERROR(CompressedWriter::create(path("out"), "lzma"), StatusCode::kInvalidArgument,
                 "\"lzma\"", "none, gzip or zstd");
}

std::vector<std::string> lines_of(std::string_view text) {
    auto reader = open_memory_reader("memory", std::as_bytes(std::span(text)));
    LineReader lines(**reader);
    std::vector<std::string> found;
    std::string_view line;
    while (*lines.next(line)) found.emplace_back(line);
    return found;
}

TEST(LineReader, EndsOfLines) {
    using Lines = std::vector<std::string>;
    EXPECT_EQ(lines_of(""), Lines{});
    EXPECT_EQ(lines_of("\n"), Lines{""});
    EXPECT_EQ(lines_of("a\nb"), (Lines{"a", "b"}));
    EXPECT_EQ(lines_of("a\r\n\r\nb\r\n"), (Lines{"a", "", "b"}));
    EXPECT_EQ(lines_of("\xEF\xBB\xBF"
                       "a\n\xEF\xBB\xBF"
                       "b"),
              (Lines{"a",
                     "\xEF\xBB\xBF"
                     "b"}));
}

TEST(LineReader, LongLinesUpToTheLimit) {
    std::mt19937_64 random(7);
    std::vector<std::string> expected;
    std::string text;
    for (int i = 0; i < 200; ++i) {
        expected.emplace_back(random() % (i % 10 == 0 ? 900000 : 90),
                              static_cast<char>('a' + i % 26));
        text += expected.back() + "\n";
    }
    EXPECT_TRUE(lines_of(text) == expected);

    const std::string longest(LineReader::kLongestLine, 'x');
    EXPECT_EQ(lines_of(longest + "\n" + "y").size(), 2U);
    const std::string too_long = "first\n" + longest + "x";
    auto reader = open_memory_reader("memory", std::as_bytes(std::span(too_long)));
    LineReader lines(**reader);
    std::string_view line;
    ASSERT_TRUE(*lines.next(line));
    EXPECT_ERROR(lines.next(line), StatusCode::kInvalidArgument, "memory:2: longer than 64 MiB");
}

}  // namespace
}  // namespace temblor
