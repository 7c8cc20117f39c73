#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <gtest/gtest.h>

#include "index/segment_format.h"
#include "query/explain.h"
#include "query/searcher.h"
#include "tests/data/test_files.h"
#include "tests/index/synthetic.h"
#include "tests/query/oracle.h"
#include "tests/sanitized.h"

namespace temblor {
namespace {

/// Bytes that begin at a multiple of 64 and end where their memory ends, so that a sanitizer sees
/// any read past them.
class AlignedBytes {
public:
    explicit AlignedBytes(const std::string& bytes) : size_(bytes.size()) {
        void* memory = nullptr;
        TEMBLOR_CHECK(::posix_memalign(&memory, 64, std::max<size_t>(size_, 1)) == 0);
        std::memcpy(memory, bytes.data(), size_);
        owner_.reset(static_cast<std::byte*>(memory), [](std::byte* p) { std::free(p); });
    }
    [[nodiscard]] Result<std::shared_ptr<const Segment>> open() const {
        return Segment::open_bytes(owner_, {owner_.get(), size_}, "damaged");
    }

private:
    size_t size_;
    std::shared_ptr<std::byte> owner_;
};

struct Damage {
    std::string bytes;
    std::string what;
};

/// A bit, a cut, bytes of two places exchanged, zeros, or noise.
Damage damaged(const std::string& whole, SplitMix& random) {
    Damage d{whole, ""};
    std::string& bytes = d.bytes;
    const uint64_t at = random.below(bytes.size());
    const uint64_t length =
        std::min(1 + random.below(random.below(2) == 0 ? 8 : 4096), bytes.size() - at);
    switch (random.below(5)) {
        case 0: {
            const uint64_t bit = random.below(8);
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
            d.what = "bit " + std::to_string(bit) + " of byte " + std::to_string(at) + " flipped";
            break;
        }
        case 1:
            bytes.resize(at);
            d.what = "cut to " + std::to_string(at) + " bytes";
            break;
        case 2: {
            const uint64_t other = random.below(bytes.size() - length + 1);
            for (uint64_t i = 0; i < length; ++i) std::swap(bytes[at + i], bytes[other + i]);
            d.what = std::to_string(length) + " bytes of " + std::to_string(at) + " and " +
                     std::to_string(other) + " exchanged";
            break;
        }
        case 3:
            std::fill_n(bytes.begin() + static_cast<int64_t>(at), length, '\0');
            d.what = std::to_string(length) + " zeros at " + std::to_string(at);
            break;
        default:
            for (uint64_t i = 0; i < length; ++i) bytes[at + i] = static_cast<char>(random.next());
            d.what = std::to_string(length) + " bytes of noise at " + std::to_string(at);
    }
    return d;
}

/// Any error or wrong answer will do; no crash. Reads everything there is to read.
void use(const std::shared_ptr<const Segment>& segment, const SparseDataset& queries) {
    const Searcher searcher(segment);
    SearchScratch scratch(*segment);
    SearchResult result;
    RowBitmap rows;
    for (uint32_t r = 0; r < 2000; r += 2) rows.add(r);
    const auto allowed = AllowedRows::from_bitmap(*segment, rows);
    SearchParameters wide;
    wide.k = 300;
    for (uint64_t q = 0; q < queries.rows(); ++q) {
        for (const SearchParameters& parameters :
             {SearchParameters{}, testing::exhaustive(10), testing::exact(10), wide}) {
            for (const AllowedRows* filter : {static_cast<const AllowedRows*>(nullptr), &allowed}) {
                const Status status =
                    searcher.search(queries.row(q), parameters, {filter}, scratch, result);
                EXPECT_TRUE(status.is_ok()) << status.message();
                EXPECT_LE(result.hits.size(), parameters.k);
                for (const Hit& h : result.hits) EXPECT_LT(h.row, segment->rows());
            }
        }
        for (uint64_t r = q; r < segment->rows(); r += 101) {
            (void)explain(*segment, queries.row(q), static_cast<uint32_t>(r));
            (void)segment->ids().id_string(r);
            (void)segment->payloads().json(r);
        }
    }
    for (uint32_t c = 0; c < 50; ++c) (void)segment->vocabulary().token(c);
    (void)segment->vocabulary().find("token7");
}

class SegmentDamage : public testing::FolderTest, public ::testing::WithParamInterface<int> {
protected:
    SegmentDamage() {
        testing::SyntheticShape shape;
        shape.rows = 700;
        shape.dim = 800;
        shape.seed = static_cast<uint64_t>(GetParam());
        const bool wide = GetParam() == 3;
        if (wide) {
            shape.dim = 66'000;
            shape.every_component = true;
            shape.max_nnz = 200;
            shape.component_stride = 60'000;
        }
        SegmentContents contents = testing::contents_of(testing::synthetic_documents(shape));
        std::vector<std::string> ids;
        std::vector<std::string> tokens;
        PayloadsBuilder payloads;
        for (uint64_t r = 0; r < contents.vectors.rows(); ++r) {
            ids.push_back("id" + std::to_string(r));
            payloads.add("{\"n\":" + std::to_string(r) + "}");
        }
        for (uint32_t c = 0; c < 800 && !wide; ++c) tokens.push_back("token" + std::to_string(c));
        contents.ids = DocumentIds::from_strings(ids).value();
        contents.vocabulary = Vocabulary::from_tokens(tokens).value();
        contents.payloads = payloads.finish().value();
        contents.encoder.config_json = "{}";
        contents.encoder.query_weights.assign(800, 1);
        BuildParameters parameters;
        parameters.forward =
            wide ? ForwardKind::kRecord : testing::kForwardKinds[static_cast<size_t>(GetParam())];
        parameters.n_postings = 40;
        TEMBLOR_CHECK(build_segment(contents, parameters, path("a"), no_progress()).is_ok());
        TEMBLOR_CHECK(store_calibration(path("a"),
                                        std::vector<CalibrationFrontier>{
                                            {10, 5, false, {{0.9F, 10, 10, 4, 0.8F, 100}}}})
                          .is_ok());
        whole_ = testing::slurp(path("a"));
        queries_ = testing::synthetic_queries(shape, 3, 10, 1);
    }

    std::string whole_;
    SparseDataset queries_;
};

TEST_P(SegmentDamage, IsAnErrorThatNamesTheSectionAndNeverACrash) {
    const uint64_t seed = 500 + static_cast<uint64_t>(GetParam());
    SplitMix random(seed);
    ASSERT_TRUE(AlignedBytes(whole_).open().value()->verify(no_progress()).is_ok());
    int found = 0;
    while (found < 125) {  // of each of four kinds of segment: 500
        const Damage d = damaged(whole_, random);
        if (d.bytes == whole_) continue;
        ++found;
        SCOPED_TRACE(::testing::Message() << "seed " << seed << ": " << d.what);
        const auto opened = AlignedBytes(d.bytes).open();
        const Status status =
            opened.is_ok() ? opened.value()->verify(no_progress()) : opened.status();
        ASSERT_FALSE(status.is_ok());
        const std::string& message = status.message();
        ASSERT_TRUE(message.find("section ") != std::string::npos ||
                    message.find("header") != std::string::npos)
            << message;
        EXPECT_NE(message.find("damaged"), std::string::npos) << message;  // the file's name
        if (opened.is_ok()) use(opened.value(), queries_);
    }
}

TEST_P(SegmentDamage, EveryBitOfHeaderAndTableCounts) {
    SegmentHeader header;
    std::memcpy(&header, whole_.data(), sizeof(header));
    const size_t end = sizeof(header) + header.sections * sizeof(SectionEntry);
    // Under a sanitizer every fifth: one or two of each byte.
    for (size_t bit = 0; bit < end * 8; bit += testing::all_or_some(1, 5)) {
        std::string bytes = whole_;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
        const auto opened = AlignedBytes(bytes).open();
        ASSERT_FALSE(opened.is_ok()) << "bit " << bit;
        const std::string& message = opened.status().message();
        ASSERT_NE(message.find(bit < sizeof(header) * 8 ? "header" : "section table"),
                  std::string::npos)
            << message;
    }
}

TEST_P(SegmentDamage, EachSectionIsNamed) {
    const auto segment = AlignedBytes(whole_).open().value();
    for (const Segment::Section& section : segment->sections()) {
        if (section.bytes == 0) continue;
        for (const uint64_t at : {uint64_t{0}, section.bytes / 2, section.bytes - 1}) {
            std::string bytes = whole_;
            bytes[section.offset + at] = static_cast<char>(bytes[section.offset + at] ^ 0x10);
            const auto opened = AlignedBytes(bytes).open();
            const Status status =
                opened.is_ok() ? opened.value()->verify(no_progress()) : opened.status();
            EXPECT_ERROR(status, StatusCode::kCorruption, std::string(section.name));
        }
    }
}

TEST_P(SegmentDamage, EveryTruncationIsFoundAtOnce) {
    for (size_t size = 0; size < whole_.size(); size += size < 3000 ? 1 : 4099) {
        const auto opened = AlignedBytes(whole_.substr(0, size)).open();
        EXPECT_ERROR(opened, StatusCode::kCorruption, "header");
    }
    EXPECT_ERROR(AlignedBytes(whole_ + std::string(64, '\0')).open(), StatusCode::kCorruption,
                 "header");
}

std::string kind_name(const ::testing::TestParamInfo<int>& kind) {
    return kind.param == 3 ? "wide_record"
                           : std::string(forward_kind_name(
                                 testing::kForwardKinds[static_cast<size_t>(kind.param)]));
}
INSTANTIATE_TEST_SUITE_P(Segment, SegmentDamage, ::testing::Range(0, 4), kind_name);

}  // namespace
}  // namespace temblor
