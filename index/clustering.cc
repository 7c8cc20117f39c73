#include "index/clustering.h"

#include <algorithm>
#include <utility>

#include "data/splitmix.h"
#include "index/blocked_lists.h"

namespace temblor {
HeavyEntries::HeavyEntries(const SparseDataset& dataset, uint32_t cut)
    : doc_cut(cut), components(dataset.rows() * cut), values(dataset.rows() * cut) {
#pragma omp parallel
    {
        std::vector<std::pair<float, uint32_t>> entries;
#pragma omp for schedule(static)
        for (uint64_t r = 0; r < dataset.rows(); ++r) {
            const SparseVectorView row = dataset.row(r);
            entries.clear();
            for (size_t i = 0; i < row.nnz(); ++i)
                entries.emplace_back(row.values[i], row.components[i]);
            const size_t kept = std::min<size_t>(cut, entries.size());
            std::partial_sort(entries.begin(), entries.begin() + static_cast<int64_t>(kept),
                              entries.end(), [](const auto& a, const auto& b) {
                                  return a.first != b.first ? a.first > b.first
                                                            : a.second < b.second;
                              });
            for (size_t i = 0; i < kept; ++i) {
                values[r * cut + i] = entries[i].first;
                components[r * cut + i] = entries[i].second;
            }
        }
    }
}

Clusterer::Clusterer(const SparseDataset& dataset, const HeavyEntries& heavy, uint32_t components,
                     const BuildParameters& parameters)
    : dataset_(dataset),
      heavy_(heavy),
      parameters_(parameters),
      begin_(components),
      count_(components) {}

void Clusterer::choose_centroids(uint32_t list, std::span<const uint32_t> rows) {
    const auto wanted = std::clamp<uint64_t>(
        static_cast<uint64_t>(parameters_.centroid_fraction * static_cast<double>(rows.size())), 1,
        std::min<uint64_t>(rows.size(), kMaxBlocks));
    pool_.resize(rows.size());
    for (uint32_t i = 0; i < rows.size(); ++i) pool_[i] = i;
    SplitMix random(parameters_.seed ^ (uint64_t{list} * 0x9E3779B97F4A7C15U));
    for (uint64_t i = 0; i < wanted; ++i) {
        std::swap(pool_[i], pool_[i + random.below(rows.size() - i)]);
    }
    centroids_.assign(pool_.begin(), pool_.begin() + static_cast<int64_t>(wanted));
    std::sort(centroids_.begin(), centroids_.end());
}

void Clusterer::invert_centroids(std::span<const uint32_t> rows) {
    for (const uint32_t c : touched_) count_[c] = 0;
    touched_.clear();
    for (const uint32_t position : centroids_) {
        for (const uint32_t c : dataset_.row(rows[position]).components) {
            if (count_[c]++ == 0) touched_.push_back(c);
        }
    }
    uint32_t total = 0;
    for (const uint32_t c : touched_) {
        begin_[c] = total;
        total += count_[c];
        count_[c] = 0;
    }
    inverted_.resize(total);
    for (uint32_t s = 0; s < centroids_.size(); ++s) {
        const SparseVectorView row = dataset_.row(rows[centroids_[s]]);
        for (size_t i = 0; i < row.nnz(); ++i) {
            const uint32_t c = row.components[i];
            inverted_[begin_[c] + count_[c]++] = {s, row.values[i]};
        }
    }
}

uint32_t Clusterer::nearest(uint32_t row) {
    std::fill(score_.begin(), score_.end(), 0.0F);
    const size_t first = size_t{row} * heavy_.doc_cut;
    for (size_t i = first; i < first + heavy_.doc_cut; ++i) {
        const float value = heavy_.values[i];
        if (value == 0) break;
        const uint32_t c = heavy_.components[i];
        const CentroidEntry* entry = inverted_.data() + begin_[c];
        for (uint32_t n = count_[c]; n > 0; --n, ++entry)
            score_[entry->centroid] += value * entry->value;
    }
    float best = -1;
    uint32_t nearest = 0;
    for (uint32_t s = 0; s < score_.size(); ++s) {
        const float score = alive_[s] != 0 ? score_[s] : -1;
        if (score > best) {
            best = score;
            nearest = s;
        }
    }
    return nearest;
}

void Clusterer::cluster(uint32_t list, std::span<const uint32_t> rows, Blocking& out) {
    out.rows.clear();
    out.begins.clear();
    if (rows.empty()) return;
    choose_centroids(list, rows);
    invert_centroids(rows);
    const size_t clusters = centroids_.size();
    score_.assign(clusters, 0);
    alive_.assign(clusters, 1);
    size_.assign(clusters, 0);
    assigned_.resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
        assigned_[i] = nearest(rows[i]);
        ++size_[assigned_[i]];
    }
    size_t survivors = 0;
    for (size_t s = 0; s < clusters; ++s) {
        alive_[s] = size_[s] > parameters_.min_cluster_size ? 1 : 0;
        survivors += alive_[s];
    }
    if (survivors == 0) {
        alive_[static_cast<size_t>(std::max_element(size_.begin(), size_.end()) - size_.begin())] =
            1;
        survivors = 1;
    }
    if (survivors < clusters) {
        const std::vector<uint8_t>& alive = alive_;
        for (size_t i = 0; i < rows.size(); ++i) {
            if (alive[assigned_[i]] == 0) assigned_[i] = nearest(rows[i]);
        }
        size_.assign(clusters, 0);
        for (const uint32_t s : assigned_) ++size_[s];
    }
    // Counting sort by cluster keeps rows ascending in each block.
    uint32_t position = 0;
    for (size_t s = 0; s < clusters; ++s) {
        if (size_[s] > 0) out.begins.push_back(position);
        position += std::exchange(size_[s], position);
    }
    out.rows.resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) out.rows[size_[assigned_[i]]++] = rows[i];
}

}  // namespace temblor
