#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "index/segment_format.h"
#include "tests/data/test_files.h"
#include "tests/index/clustered_vectors.h"
#include "tests/query/dense_oracle.h"

namespace temblor {
namespace {

/// What of a file is damaged: a run of bytes, in one of several ways.
struct DenseDamage {
    std::string what;
    std::string bytes;
};

DenseDamage damage_run(std::string bytes, uint64_t begin, uint64_t size, SplitMix& random) {
    const uint64_t at = begin + random.below(size);
    const uint64_t length =
        std::min(1 + random.below(random.below(2) == 0 ? 8 : 2048), begin + size - at);
    std::string what;
    switch (random.below(4)) {
        case 0:
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
            what = "a bit of byte " + std::to_string(at);
            break;
        case 1:
            std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(at), length, '\0');
            what = std::to_string(length) + " zeros at " + std::to_string(at);
            break;
        case 2:
            std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(at), length, '\xFF');
            what = std::to_string(length) + " ones at " + std::to_string(at);
            break;
        default:
            for (uint64_t i = 0; i < length; ++i) bytes[at + i] = static_cast<char>(random.next());
            what = std::to_string(length) + " bytes of noise at " + std::to_string(at);
    }
    return {what, std::move(bytes)};
}

/// Any answer will do that has the form of one.
void use_dense(const DenseSegment& segment) {
    RowBitmap allowed;
    for (uint32_t r = 0; r < 4000; r += 2) allowed.add(r);
    DenseSearchParameters wide;
    wide.k = 300;
    wide.setting.lists = UINT32_MAX;
    wide.setting.blocks = UINT32_MAX;
    wide.setting.slack = 1e6F;
    DenseSearchParameters exact;
    exact.exact = true;
    std::vector<float> query(segment.dim());
    for (uint32_t d = 0; d < segment.dim(); ++d) query[d] = static_cast<float>(d % 5) - 1.5F;
    DenseScratch scratch;
    SearchResult result;
    for (const DenseSearchParameters& p : {DenseSearchParameters{}, wide, exact}) {
        for (const RowBitmap* filter :
             {static_cast<const RowBitmap*>(nullptr), static_cast<const RowBitmap*>(&allowed)}) {
            const Status status =
                search_dense({&segment.store(), segment.hashed(), nullptr, segment.graph()}, query,
                             p, {filter, nullptr}, scratch, result);
            ASSERT_TRUE(status.is_ok()) << status.message();
            ASSERT_LE(result.hits.size(), p.k);
            for (size_t i = 0; i < result.hits.size(); ++i) {
                ASSERT_LT(result.hits[i].row, segment.rows());
                ASSERT_FALSE(std::isnan(result.hits[i].score));
                if (i > 0) {
                    ASSERT_GE(result.hits[i - 1].score, result.hits[i].score);
                }
                if (filter != nullptr) {
                    ASSERT_TRUE(filter->contains(result.hits[i].row));
                }
            }
        }
    }
    for (uint64_t r = 0; r < segment.rows(); r += 97) (void)segment.ids().id_string(r);
}

struct DamagedKind {
    const char* name;
    DenseBuildParameters parameters;
};

DamagedKind damaged_kind(int which) {
    DamagedKind out{"", {}};
    out.parameters.hash.threads = 1;
    switch (which) {
        case 0:
            out.name = "cosine_product4";
            break;
        case 1:
            out.name = "euclid_product8_u8_itq";
            out.parameters.distance = Distance::kEuclid;
            out.parameters.store = VectorStoreKind::kU8;
            out.parameters.hash.code = CodeKind::kProduct8;
            out.parameters.hash.rotation = Rotation::kItq;
            break;
        case 2:
            out.name = "dot_binary_f32";
            out.parameters.distance = Distance::kDot;
            out.parameters.store = VectorStoreKind::kF32;
            out.parameters.hash.code = CodeKind::kBinary;
            break;
        case 3:
            out.name = "hnsw";
            out.parameters.kind = DenseIndexKind::kHnsw;
            out.parameters.graph = {6, 30, 1};
            break;
        default:
            out.name = "flat";
            out.parameters.kind = DenseIndexKind::kFlat;
    }
    return out;
}

class DenseSegmentDamage : public testing::FolderTest, public ::testing::WithParamInterface<int> {
protected:
    DenseSegmentDamage() {
        testing::ClusteredShape shape;
        shape.rows = 1200;
        shape.dim = 9;
        const DenseDataset vectors = testing::clustered_vectors(shape);
        std::vector<std::string> ids;
        for (uint32_t r = 0; r < shape.rows; ++r) ids.push_back("id" + std::to_string(r));
        TEMBLOR_CHECK(build_dense_segment(vectors, DocumentIds::from_strings(ids).value(),
                                          damaged_kind(GetParam()).parameters, path("a"),
                                          no_progress())
                          .is_ok());
        whole_ = testing::slurp(path("a"));
        segment_ = testing::open_dense_bytes(whole_).value();
    }

    std::string whole_;
    std::shared_ptr<const DenseSegment> segment_;
};

TEST_P(DenseSegmentDamage, IsAnErrorThatNamesTheSection) {
    const uint64_t seed = 700 + static_cast<uint64_t>(GetParam());
    SplitMix random(seed);
    for (int i = 0; i < 150; ++i) {
        const DenseDamage d = damage_run(whole_, 0, whole_.size(), random);
        if (d.bytes == whole_) continue;
        SCOPED_TRACE(::testing::Message() << "seed " << seed << ": " << d.what);
        const auto opened = testing::open_dense_bytes(d.bytes);
        const Status status =
            opened.is_ok() ? opened.value()->verify(no_progress()) : opened.status();
        ASSERT_FALSE(status.is_ok());
        const std::string& message = status.message();
        EXPECT_NE(message.find("damaged"), std::string::npos) << message;
        ASSERT_TRUE(message.find("section ") != std::string::npos ||
                    message.find("header") != std::string::npos)
            << message;
        if (opened.is_ok()) use_dense(**opened);
        if (HasFailure()) return;
    }
}

TEST_P(DenseSegmentDamage, BehindTrueChecksumsIsRefusedOrAnswersInForm) {
    const uint64_t seed = 800 + static_cast<uint64_t>(GetParam());
    SplitMix random(seed);
    int used = 0;
    for (const SectionEntry& entry : segment_->file().table()) {
        if (entry.bytes == 0) continue;
        for (int i = 0; i < 40; ++i) {
            const DenseDamage d = damage_run(whole_, entry.offset, entry.bytes, random);
            SCOPED_TRACE(::testing::Message()
                         << "seed " << seed << ", section " << section_name(entry.kind) << " at "
                         << entry.offset << ": " << d.what);
            const auto section =
                std::as_bytes(std::span(d.bytes)).subspan(entry.offset, entry.bytes);
            const auto opened =
                testing::open_dense_bytes(testing::with_section(whole_, entry.kind, section));
            if (!opened.is_ok()) {
                EXPECT_ERROR(opened, StatusCode::kCorruption, "section ");
                continue;
            }
            ++used;
            (void)(*opened)->verify(no_progress());
            use_dense(**opened);
            if (HasFailure()) return;
        }
    }
    EXPECT_GT(used, 0);
}

TEST_P(DenseSegmentDamage, EachSectionIsNamed) {
    for (const SectionEntry& entry : segment_->file().table()) {
        if (entry.bytes == 0) continue;
        for (const uint64_t at : {uint64_t{0}, entry.bytes / 2, entry.bytes - 1}) {
            std::string bytes = whole_;
            bytes[entry.offset + at] = static_cast<char>(bytes[entry.offset + at] ^ 0x10);
            const auto opened = testing::open_dense_bytes(bytes);
            const Status status =
                opened.is_ok() ? opened.value()->verify(no_progress()) : opened.status();
            EXPECT_ERROR(status, StatusCode::kCorruption, std::string(section_name(entry.kind)));
        }
    }
}

TEST_P(DenseSegmentDamage, EveryCutIsFoundAtOnce) {
    for (size_t size = 0; size < whole_.size(); size += size < 200 ? 7 : 4099) {
        EXPECT_ERROR(testing::open_dense_bytes(whole_.substr(0, size)), StatusCode::kCorruption,
                     "header");
    }
}

INSTANTIATE_TEST_SUITE_P(Segments, DenseSegmentDamage, ::testing::Range(0, 5),
                         [](const auto& which) {
                             return std::string(damaged_kind(which.param).name);
                         });

}  // namespace
}  // namespace temblor
