#include "index/collection/merge_policy.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace temblor {

std::vector<size_t> MergePolicy::choose(const std::vector<SegmentSize>& segments) const {
    std::map<uint32_t, std::vector<size_t>> classes;
    for (size_t i = 0; i < segments.size(); ++i) {
        uint32_t size_class = 0;
        for (uint64_t top = smallest; segments[i].live > top && top < largest; top *= factor)
            ++size_class;
        classes[size_class].push_back(i);
    }
    for (auto& [size_class, members] : classes) {
        if (members.size() < factor) continue;
        std::sort(members.begin(), members.end(), [&](size_t a, size_t b) {
            return segments[a].live != segments[b].live ? segments[a].live < segments[b].live
                                                        : a < b;
        });
        std::vector<size_t> chosen;
        uint64_t sum = 0;
        for (const size_t m : members) {
            if (chosen.size() == factor || sum + segments[m].live > largest) break;
            sum += segments[m].live;
            chosen.push_back(m);
        }
        if (chosen.size() >= 2) {
            std::sort(chosen.begin(), chosen.end());
            return chosen;
        }
    }
    for (size_t i = 0; i < segments.size(); ++i) {
        const auto dead = static_cast<double>(segments[i].rows - segments[i].live);
        if (dead > max_dead_share * static_cast<double>(segments[i].rows)) return {i};
    }
    return {};
}

std::vector<std::vector<size_t>> MergePolicy::pack(const std::vector<SegmentSize>& segments) const {
    std::vector<size_t> order(segments.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return segments[a].live > segments[b].live; });
    struct Bin {
        std::vector<size_t> members;
        uint64_t live = 0;
    };
    std::vector<Bin> bins;
    for (const size_t s : order) {
        auto bin = std::find_if(bins.begin(), bins.end(), [&](const Bin& one) {
            return one.live + segments[s].live <= largest;
        });
        if (bin == bins.end()) bin = bins.insert(bin, Bin{});
        bin->members.push_back(s);
        bin->live += segments[s].live;
    }
    std::vector<std::vector<size_t>> groups;
    for (Bin& bin : bins) {
        const SegmentSize& first = segments[bin.members.front()];
        if (bin.members.size() == 1 && first.rows == first.live) continue;
        std::sort(bin.members.begin(), bin.members.end());
        groups.push_back(std::move(bin.members));
    }
    return groups;
}

}  // namespace temblor
