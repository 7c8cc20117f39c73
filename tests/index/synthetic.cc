#include "tests/index/synthetic.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <utility>

#include <stdlib.h>

#include "data/check.h"
#include "data/progress.h"

namespace temblor::testing {
namespace {

constexpr uint32_t kTopicSize = 60;

uint32_t topic_component(const SyntheticShape& shape, uint64_t topic, uint64_t slot) {
    SplitMix random(shape.seed * 1'000'003 + topic * 257 + slot);
    return static_cast<uint32_t>(random.below(shape.dim));
}

/// Low ranks often, high ones seldom.
uint32_t skewed(SplitMix& random, uint32_t bound) {
    const double u = random.uniform();
    return static_cast<uint32_t>(u * u * u * bound);
}

uint32_t written(const SyntheticShape& shape, uint32_t component) {
    return component * shape.component_stride +
           (shape.component_stride > 1 ? component % shape.component_stride : 0);
}

float grid(double value, double steps, double largest) {
    return static_cast<float>(
        std::clamp(std::ceil(value * steps), 1.0, std::floor(largest * steps)) / steps);
}

SparseVector vector_of(const std::map<uint32_t, float>& entries) {
    SparseVector v;
    for (const auto& [component, value] : entries) {
        v.components.push_back(component);
        v.values.push_back(value);
    }
    return v;
}

SparseVector draw(const SyntheticShape& shape, SplitMix& random, uint32_t nnz, double steps) {
    std::map<uint32_t, float> entries;
    const uint64_t topic = random.below(shape.topics);
    const uint64_t other = random.below(shape.topics);
    for (uint32_t i = 0; i < 3 * nnz && entries.size() < nnz; ++i) {
        const double u = random.uniform();
        const double heavy = -std::log(random.uniform() + 1e-6) * 0.5;
        if (u < 0.6) {
            const uint32_t slot = skewed(random, kTopicSize);
            const double centre = 2.0 * std::exp(-static_cast<double>(slot) / 20);
            entries[written(shape, topic_component(shape, topic, slot))] =
                grid(centre * (0.6 + 0.4 * random.uniform()) + heavy * 0.2, steps, 4);
        } else if (u < 0.75) {
            entries[written(shape, topic_component(shape, other, skewed(random, kTopicSize)))] =
                grid(heavy, steps, 4);
        } else {
            entries[written(shape, skewed(random, shape.dim))] = grid(heavy * 0.6, steps, 4);
        }
    }
    return vector_of(entries);
}

}  // namespace

SparseDataset synthetic_documents(const SyntheticShape& shape) {
    SplitMix random(shape.seed);
    SparseDatasetBuilder builder;
    SparseVector before;
    for (uint32_t r = 0; r < shape.rows; ++r) {
        auto nnz = static_cast<uint32_t>(1 + random.below(2 * shape.mean_nnz - 1));
        if (shape.odd_rows && r % 97 == 13) nnz = 0;
        if (shape.odd_rows && r % 397 == 200) nnz = shape.dim / 2;
        if (shape.max_nnz > 0) nnz = std::min(nnz, shape.max_nnz);
        if (!shape.odd_rows || r % 31 != 7) before = draw(shape, random, nnz, 64);
        builder.add(before.view());
    }
    constexpr uint32_t kRun = 1000;
    for (uint32_t c = 0; shape.every_component && c < shape.dim; c += kRun) {
        SparseVector run;
        for (uint32_t i = c; i < std::min(c + kRun, shape.dim); ++i) {
            run.components.push_back(written(shape, i));
            run.values.push_back(grid(0.1 + random.uniform(), 64, 4));
        }
        builder.add(run.view());
    }
    return builder.finish(uint64_t{shape.dim} * shape.component_stride).value();
}

SparseDataset synthetic_queries(const SyntheticShape& shape, uint32_t count, uint32_t nnz,
                                uint64_t seed) {
    SplitMix random(shape.seed ^ (seed << 20));
    SparseDatasetBuilder builder;
    for (uint32_t q = 0; q < count; ++q) {
        builder.add(
            draw(shape, random, static_cast<uint32_t>(1 + random.below(2 * nnz - 1)), 16).view());
    }
    return builder.finish(uint64_t{shape.dim} * shape.component_stride).value();
}

SparseDataset with_rough_values(const SparseDataset& dataset, uint64_t seed) {
    SplitMix random(seed);
    SparseDatasetBuilder builder;
    for (uint64_t r = 0; r < dataset.rows(); ++r) {
        const SparseVectorView row = dataset.row(r);
        SparseVector rough{{row.components.begin(), row.components.end()},
                           {row.values.begin(), row.values.end()}};
        for (float& v : rough.values) v *= static_cast<float>(0.5 + random.uniform());
        builder.add(rough.view());
    }
    return builder.finish(dataset.dim()).value();
}

SparseDataset dataset_of(const std::vector<SparseVector>& rows, uint64_t dim) {
    SparseDatasetBuilder builder;
    for (const SparseVector& row : rows) builder.add(row.view());
    return builder.finish(dim).value();
}

SegmentContents contents_of(SparseDataset vectors) {
    SegmentContents contents;
    contents.ids = DocumentIds::row_numbers(vectors.rows());
    contents.vectors = std::move(vectors);
    return contents;
}

std::shared_ptr<const Segment> segment_of(const SegmentContents& contents,
                                          const BuildParameters& parameters) {
    std::string folder =
        (std::filesystem::temp_directory_path() / "temblor-segment-XXXXXX").string();
    TEMBLOR_CHECK(::mkdtemp(folder.data()) != nullptr);
    const std::string path = folder + "/segment.tbl";
    const auto report = build_segment(contents, parameters, path, no_progress());
    TEMBLOR_CHECK(report.is_ok());
    auto segment = Segment::open(path);
    TEMBLOR_CHECK(segment.is_ok());
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    return segment.value();
}

std::shared_ptr<const Segment> segment_of(const SparseDataset& vectors,
                                          const BuildParameters& parameters) {
    return segment_of(contents_of(vectors), parameters);
}

BuildParameters unpruned(ForwardKind forward) {
    BuildParameters parameters;
    parameters.n_postings = 1'000'000;
    parameters.summary_energy = 1;
    parameters.centroid_fraction = 0.2;
    parameters.forward = forward;
    parameters.threads = 2;
    return parameters;
}

}  // namespace temblor::testing
