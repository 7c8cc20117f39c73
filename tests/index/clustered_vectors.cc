#include "tests/index/clustered_vectors.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <numbers>
#include <string>

#include <unistd.h>
#include <xxhash.h>

#include "data/check.h"

namespace temblor::testing {
namespace {

/// Makes the checksums of table and header match the bytes.
void seal_table(std::string& file) {
    SegmentHeader header;
    std::memcpy(&header, file.data(), sizeof(header));
    header.table_hash =
        XXH3_64bits(file.data() + sizeof(header), header.sections * sizeof(SectionEntry));
    header.header_hash = XXH3_64bits(&header, sizeof(header) - sizeof(header.header_hash));
    std::memcpy(file.data(), &header, sizeof(header));
}

}  // namespace

double gaussian(SplitMix& random) {
    const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
    return radius * std::cos(2 * std::numbers::pi * random.uniform());
}

DenseDataset clustered_vectors(const ClusteredShape& shape) {
    SplitMix random(shape.seed);
    std::vector<float> centres(size_t{shape.clusters} * shape.dim);
    for (float& v : centres) v = static_cast<float>(gaussian(random));
    std::vector<float> values(size_t{shape.rows} * shape.dim);
    const auto row = [&](uint64_t r) {
        return std::span(values).subspan(r * shape.dim, shape.dim);
    };
    for (uint32_t r = 0; r < shape.rows; ++r) {
        const float* centre = centres.data() + random.below(shape.clusters) * shape.dim;
        const auto out = row(r);
        for (uint32_t d = 0; d < shape.dim; ++d)
            out[d] = centre[d] + static_cast<float>(shape.spread * gaussian(random));
    }
    for (uint32_t i = 0; i < shape.outliers; ++i) {
        for (float& v : row(random.below(shape.rows))) v *= 8;
    }
    for (uint32_t i = 0; i < shape.zeros; ++i) {
        const auto zero = row(random.below(shape.rows));
        std::fill(zero.begin(), zero.end(), 0.0F);
    }
    for (uint32_t i = 0; i < shape.twins; ++i) {
        const auto from = row(random.below(shape.rows));
        std::copy(from.begin(), from.end(), row(random.below(shape.rows)).begin());
    }
    return DenseDataset::from_values(std::move(values), shape.dim).value();
}

DenseDataset vectors_near(const DenseDataset& vectors, uint32_t count, double noise,
                          uint64_t seed) {
    SplitMix random(seed);
    std::vector<float> values;
    for (uint32_t i = 0; i < count; ++i) {
        for (const float v : vectors.row(random.below(vectors.rows())))
            values.push_back(v + static_cast<float>(noise * gaussian(random)));
    }
    return DenseDataset::from_values(std::move(values), vectors.dim()).value();
}

std::shared_ptr<const DenseSegment> dense_segment_of(const DenseDataset& vectors,
                                                     const DenseBuildParameters& parameters) {
    std::string folder = (std::filesystem::temp_directory_path() / "temblor-dense-XXXXXX").string();
    TEMBLOR_CHECK(::mkdtemp(folder.data()) != nullptr);
    const std::string path = folder + "/a.tbl";
    const auto built = build_dense_segment(vectors, DocumentIds::row_numbers(vectors.rows()),
                                           parameters, path, no_progress());
    auto opened = built.is_ok() ? DenseSegment::open(path, Residency::kLoaded)
                                : Result<std::shared_ptr<const DenseSegment>>(built.status());
    std::filesystem::remove_all(folder);
    return std::move(opened).value();
}

std::string with_section(std::string file, SectionKind kind, std::span<const std::byte> section) {
    SegmentHeader header;
    std::memcpy(&header, file.data(), sizeof(header));
    for (uint32_t s = 0; s < header.sections; ++s) {
        char* at = file.data() + sizeof(header) + s * sizeof(SectionEntry);
        SectionEntry entry;
        std::memcpy(&entry, at, sizeof(entry));
        if (entry.kind != kind) continue;
        TEMBLOR_CHECK(entry.bytes == section.size());
        std::memcpy(file.data() + entry.offset, section.data(), section.size());
        entry.hash = section_hash(kind, section);
        std::memcpy(at, &entry, sizeof(entry));
    }
    seal_table(file);
    return file;
}

Result<std::shared_ptr<const DenseSegment>> open_dense_bytes(const std::string& bytes) {
    void* memory = nullptr;
    TEMBLOR_CHECK(::posix_memalign(&memory, kSectionAlignment, std::max<size_t>(bytes.size(), 1)) ==
                  0);
    std::memcpy(memory, bytes.data(), bytes.size());
    const std::shared_ptr<std::byte> owner(static_cast<std::byte*>(memory),
                                           [](std::byte* p) { std::free(p); });
    return DenseSegment::open_bytes(owner, {owner.get(), bytes.size()}, "damaged");
}

}  // namespace temblor::testing
