#include "compress/model/torch/step_plan.h"

#include <algorithm>

namespace temblor {

std::vector<std::vector<StepPiece>> plan_steps(std::span<const ReadRequest> requests,
                                               int64_t chunk) {
    std::vector<std::vector<StepPiece>> steps(1);
    int64_t filled = 0;
    const auto close = [&] {
        steps.emplace_back();
        filled = 0;
    };
    for (size_t i = 0; i < requests.size(); ++i) {
        const auto rows = static_cast<int64_t>(requests[i].input.ids.size());
        const QueryObserver* observer = requests[i].observer;
        const int64_t wanted = observer == nullptr ? 1 : observer->window();
        const int64_t tail = std::clamp<int64_t>(wanted, 1, std::min(chunk, rows));
        for (int64_t begin = 0; begin < rows;) {
            const int64_t left = rows - begin;
            int64_t count = std::min(left, chunk - filled);
            if (count < left) count = std::min(count, left - tail);
            if (count <= 0) {
                close();
                continue;
            }
            steps.back().push_back({i, begin, count});
            begin += count;
            filled += count;
            if (begin < rows || filled == chunk) close();
        }
    }
    if (steps.back().empty()) steps.pop_back();
    return steps;
}

}  // namespace temblor
