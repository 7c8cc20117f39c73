#include "cli/synthetic_collection.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/random_source.h"

namespace temblor::cli {
namespace {

constexpr uint32_t kMinDim = 64;
constexpr uint64_t kMostRows = 0xFFFF'FFFE;  // as many as an index holds
constexpr uint64_t kDocumentsPerTopic = 200;
constexpr uint32_t kMaxTopicSize = 400;
constexpr double kZipfExponent = 0.8;
constexpr double kTopicZipfExponent = 0.5;  // flatter: topics are made of rarer words too
constexpr double kMaxListShare = 0.5;
constexpr uint64_t kListSlack = 16;  // so that the first documents can have components at all
constexpr double kTopicShare = 0.6;  // of a document's components
constexpr double kNnzDeviation = 0.29;
constexpr uint64_t kReportEvery = 1024;

enum StreamFamily : uint64_t { kRanks, kTopic, kDocument, kQuery };

// Value over the largest value of the query by rank over nnz, measured on SPLADE queries.
constexpr std::array<std::pair<double, double>, 13> kQueryProfile{{{0, 1},
                                                                   {.02, .962},
                                                                   {.05, .841},
                                                                   {.1, .696},
                                                                   {.2, .388},
                                                                   {.3, .235},
                                                                   {.4, .175},
                                                                   {.5, .126},
                                                                   {.6, .099},
                                                                   {.7, .061},
                                                                   {.8, .04},
                                                                   {.9, .02},
                                                                   {1, .01}}};

double query_profile(double position) {
    for (size_t i = 1; i < kQueryProfile.size(); ++i) {
        const auto [x1, y1] = kQueryProfile[i];
        if (position > x1) continue;
        const auto [x0, y0] = kQueryProfile[i - 1];
        return y0 + (y1 - y0) * (position - x0) / (x1 - x0);
    }
    return kQueryProfile.back().second;
}

// Draws ranks 0..n-1 with probability falling as (rank + 1)^-s.
class Zipf {
public:
    Zipf(uint32_t n, double s) : cumulative_(n) {
        double sum = 0;
        for (uint32_t i = 0; i < n; ++i) {
            sum += std::pow(static_cast<double>(i) + 1, -s);
            cumulative_[i] = sum;
        }
    }
    uint32_t draw(RandomSource& random) const {
        const double x = random.uniform() * cumulative_.back();
        const auto at = std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, x);
        return static_cast<uint32_t>(at - cumulative_.begin());
    }

private:
    std::vector<double> cumulative_;
};

// Components met so far in the vector under way; emptied in O(1).
class SeenSet {
public:
    explicit SeenSet(uint32_t dim) : stamps_(dim, 0) {}
    void clear() { ++stamp_; }
    bool insert(uint32_t component) { return std::exchange(stamps_[component], stamp_) != stamp_; }

private:
    std::vector<uint64_t> stamps_;
    uint64_t stamp_ = 1;
};

struct Ranked {
    double key;  // small comes first, that is, heavy
    uint32_t component;
};

struct DocumentTopics {
    std::array<uint64_t, 3> topics{};
    size_t count = 1;

    // The first topic has most of the document.
    uint64_t draw(RandomSource& random) const {
        return count == 1 || random.uniform() < 0.6 ? topics[0]
                                                    : topics[1 + random.below(count - 1)];
    }
};

class Generator {
public:
    explicit Generator(const SyntheticParameters& parameters)
        : parameters_(parameters),
          topics_(parameters.topics != 0
                      ? parameters.topics
                      : std::max<uint64_t>(1, parameters.documents / kDocumentsPerTopic)),
          topic_size_(std::min(kMaxTopicSize, parameters.dim / 8)),
          background_(parameters.dim, kZipfExponent),
          seen_(parameters.dim),
          frequency_(parameters.dim, 0),
          component_of_rank_(parameters.dim) {
        for (uint32_t i = 0; i < parameters.dim; ++i) component_of_rank_[i] = i;
        RandomSource random(parameters.seed, kRanks, 0);
        for (uint32_t i = parameters.dim; i > 1; --i) {
            std::swap(component_of_rank_[i - 1], component_of_rank_[random.below(i)]);
        }
        make_topics();
    }

    void document(uint64_t row, SparseDatasetBuilder& builder) {
        RandomSource random(parameters_.seed, kDocument, row);
        const DocumentTopics topics = draw_topics(random);
        const double mean = parameters_.mean_nnz;
        const size_t nnz =
            clipped(mean * (1 + kNnzDeviation * random.normal()), mean / 6, 2.5 * mean);
        const uint64_t longest =
            static_cast<uint64_t>(kMaxListShare * static_cast<double>(row + 1)) + kListSlack;
        start_vector();
        // A draw that is taken already or would lengthen a full list is drawn again, a bounded
        // number of times: a document may come out a little shorter than drawn.
        for (size_t tries = 0; ranked_.size() < nnz && tries < 8 * nnz; ++tries) {
            const bool of_topic = random.uniform() < kTopicShare;
            uint32_t component = 0;
            double key = 0;
            if (of_topic) {
                const double u = random.uniform();
                const auto place = static_cast<uint32_t>(u * u * topic_size_);
                component = topic_component(topics.draw(random), place);
                key = static_cast<double>(place) / topic_size_ + 0.25 * random.uniform();
            } else {
                component = component_of_rank_[background_.draw(random)];
                key = 0.2 + random.uniform();
            }
            if (frequency_[component] >= longest || !seen_.insert(component)) continue;
            ++frequency_[component];
            ranked_.push_back({key, component});
        }
        sort_by_key();
        const double largest = 2.26 + 0.2 * random.normal();
        emit(builder, [&](double position) {
            return largest * std::exp(-4 * position + 0.15 * random.normal());
        });
    }

    void query(uint64_t index, const SparseDataset& documents, SparseDatasetBuilder& builder) {
        RandomSource random(parameters_.seed, kQuery, index);
        const uint64_t row = random.below(documents.rows());
        RandomSource replay(parameters_.seed, kDocument, row);
        const DocumentTopics topics = draw_topics(replay);
        const double mean = parameters_.mean_query_nnz;
        const size_t nnz = clipped(mean + mean / 5 * random.normal(), mean / 4, 2.5 * mean);
        const std::vector<uint32_t> by_weight = heaviest_first(documents.row(row));
        start_vector();
        const size_t heavy = std::max<size_t>(1, nnz * 12 / 43);
        for (size_t tries = 0; ranked_.size() < heavy && tries < 8 * heavy; ++tries) {
            const double u = random.uniform();
            const auto at =
                static_cast<size_t>(u * u * 0.4 * static_cast<double>(by_weight.size()));
            if (at >= by_weight.size() || !seen_.insert(by_weight[at])) continue;
            ranked_.push_back({random.uniform() * 0.5, by_weight[at]});
        }
        for (size_t tries = 0; ranked_.size() < nnz && tries < 8 * nnz; ++tries) {
            const auto place = static_cast<uint32_t>(random.below(topic_size_));
            const uint32_t component = topic_component(topics.draw(random), place);
            if (seen_.insert(component)) ranked_.push_back({1 + random.uniform(), component});
        }
        sort_by_key();
        const double largest = std::max(1.0, 2.6 + 0.25 * random.normal());
        emit(builder, [&](double position) {
            return largest * query_profile(position) * std::exp(0.1 * random.normal());
        });
    }

private:
    static size_t clipped(double value, double low, double high) {
        return static_cast<size_t>(std::max(1.0, std::round(std::clamp(value, low, high))));
    }

    void make_topics() {
        const Zipf zipf(parameters_.dim, kTopicZipfExponent);
        topic_components_.reserve(topics_ * topic_size_);
        for (uint64_t t = 0; t < topics_; ++t) {
            RandomSource random(parameters_.seed, kTopic, t);
            seen_.clear();
            for (uint32_t filled = 0; filled < topic_size_;) {
                const uint32_t component = component_of_rank_[zipf.draw(random)];
                if (!seen_.insert(component)) continue;
                topic_components_.push_back(component);
                ++filled;
            }
        }
    }

    uint32_t topic_component(uint64_t topic, uint32_t place) const {
        return topic_components_[topic * topic_size_ + place];
    }

    DocumentTopics draw_topics(RandomSource& random) const {
        DocumentTopics topics;
        const double u = random.uniform();
        topics.count = u < 0.5 ? 1 : u < 0.85 ? 2 : 3;
        for (size_t i = 0; i < topics.count; ++i) topics.topics[i] = random.below(topics_);
        return topics;
    }

    void start_vector() {
        seen_.clear();
        ranked_.clear();
    }

    void sort_by_key() {
        std::sort(ranked_.begin(), ranked_.end(), [](const Ranked& a, const Ranked& b) {
            return a.key != b.key ? a.key < b.key : a.component < b.component;
        });
    }

    // Gives the ranked components values by rank / nnz and appends them by component.
    template <typename Profile>
    void emit(SparseDatasetBuilder& builder, Profile profile) {
        entries_.clear();
        for (size_t r = 0; r < ranked_.size(); ++r) {
            const double position = static_cast<double>(r) / static_cast<double>(ranked_.size());
            entries_.emplace_back(ranked_[r].component, static_cast<float>(profile(position)));
        }
        std::sort(entries_.begin(), entries_.end());
        vector_.components.clear();
        vector_.values.clear();
        for (const auto& [component, value] : entries_) {
            vector_.components.push_back(component);
            vector_.values.push_back(value);
        }
        builder.add(vector_.view());
    }

    static std::vector<uint32_t> heaviest_first(SparseVectorView document) {
        std::vector<uint32_t> order(document.nnz());
        for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
        std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
            return document.values[a] != document.values[b]
                       ? document.values[a] > document.values[b]
                       : a < b;
        });
        for (uint32_t& i : order) i = document.components[i];
        return order;
    }

    const SyntheticParameters& parameters_;
    uint64_t topics_;
    uint32_t topic_size_;
    Zipf background_;
    SeenSet seen_;
    std::vector<uint64_t> frequency_;
    std::vector<uint32_t> component_of_rank_;
    std::vector<uint32_t> topic_components_;
    std::vector<Ranked> ranked_;
    std::vector<std::pair<uint32_t, float>> entries_;
    SparseVector vector_;
};

template <typename AddRow>
Result<SparseDataset> make_rows(std::string_view stage, uint64_t rows, uint32_t dim,
                                Progress& progress, AddRow add_row) {
    SparseDatasetBuilder builder;
    for (uint64_t row = 0; row < rows; ++row) {
        if (row % kReportEvery == 0) {
            if (progress.cancelled()) return Status::cancelled("interrupted");
            progress.report(stage, row, rows);
        }
        add_row(row, builder);
    }
    return builder.finish(dim);
}

}  // namespace

Status SyntheticParameters::validate() const {
    if (documents < 1 || documents > kMostRows) {
        return Status::invalid_argument(
            fmt::format("documents is {}, must lie between 1 and {}", documents, kMostRows));
    }
    if (queries > kMostRows) {
        return Status::invalid_argument(
            fmt::format("queries is {}, must be at most {}", queries, kMostRows));
    }
    if (topics > documents) {
        return Status::invalid_argument(
            fmt::format("topics is {}, more than the {} documents", topics, documents));
    }
    if (dim < kMinDim) {
        return Status::invalid_argument(
            fmt::format("dim is {}, must be at least {}", dim, kMinDim));
    }
    const double most = dim / 8.0;
    for (const auto& [name, value] : {std::pair{"nnz", mean_nnz}, {"query nnz", mean_query_nnz}}) {
        if (!(value >= 1 && value <= most)) {
            return Status::invalid_argument(
                fmt::format("{} is {}, must lie between 1 and dim / 8 = {}", name, value, most));
        }
    }
    return Status::ok();
}

Result<SyntheticCollection> make_synthetic_collection(const SyntheticParameters& parameters,
                                                      Progress& progress) {
    TEMBLOR_RETURN_IF_ERROR(parameters.validate());
    Generator generator(parameters);
    SyntheticCollection collection;
    TEMBLOR_ASSIGN_OR_RETURN(
        collection.documents,
        make_rows("documents", parameters.documents, parameters.dim, progress,
                  [&](uint64_t row, SparseDatasetBuilder& to) { generator.document(row, to); }));
    TEMBLOR_ASSIGN_OR_RETURN(collection.queries,
                             make_rows("queries", parameters.queries, parameters.dim, progress,
                                       [&](uint64_t row, SparseDatasetBuilder& to) {
                                           generator.query(row, collection.documents, to);
                                       }));
    return collection;
}

}  // namespace temblor::cli
