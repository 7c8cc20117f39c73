#include "index/graph/graph_parameters.h"

#include <string>

namespace temblor {

Status GraphParameters::validate() const {
    const auto wrong = [](const char* name, uint32_t value, const std::string& expected) {
        return Status::invalid_argument(std::string(name) + ": " + std::to_string(value) +
                                        ", expected " + expected);
    };
    constexpr uint32_t kMostCandidates = 10'000;
    if (m < 2 || m > kMostGraphNeighbours)
        return wrong("m", m, "2 to " + std::to_string(kMostGraphNeighbours));
    if (ef_construction == 0 || ef_construction > kMostCandidates)
        return wrong("ef_construction", ef_construction, "1 to " + std::to_string(kMostCandidates));
    return Status::ok();
}

}  // namespace temblor
