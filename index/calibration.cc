#include "index/calibration.h"

#include <cmath>
#include <cstring>
#include <string>

namespace temblor {
namespace {

struct FrontierHeader {
    uint32_t k;
    uint32_t queries;
    uint32_t from_documents;
    uint32_t points;
};
static_assert(sizeof(FrontierHeader) == 16);
static_assert(sizeof(CalibrationPoint) == 24);

constexpr uint32_t kMaxPoints = 10'000;

}  // namespace

std::vector<std::byte> serialize_calibration(std::span<const CalibrationFrontier> frontiers) {
    std::vector<std::byte> bytes;
    const auto append = [&](const void* at, size_t size) {
        const auto* first = static_cast<const std::byte*>(at);
        bytes.insert(bytes.end(), first, first + size);
    };
    for (const CalibrationFrontier& f : frontiers) {
        const FrontierHeader header{f.k, f.queries, f.from_documents ? 1U : 0U,
                                    static_cast<uint32_t>(f.points.size())};
        append(&header, sizeof(header));
        for (const CalibrationPoint& p : f.points) append(&p, sizeof(p));
    }
    return bytes;
}

Result<std::vector<CalibrationFrontier>> parse_calibration(std::span<const std::byte> bytes) {
    std::vector<CalibrationFrontier> frontiers;
    while (!bytes.empty()) {
        FrontierHeader header{};
        if (bytes.size() < sizeof(header))
            return Status::corruption("section calibration: cut off");
        std::memcpy(&header, bytes.data(), sizeof(header));
        bytes = bytes.subspan(sizeof(header));
        if (header.points > kMaxPoints || bytes.size() < header.points * sizeof(CalibrationPoint)) {
            return Status::corruption("section calibration: " + std::to_string(header.points) +
                                      " points do not fit");
        }
        CalibrationFrontier f{header.k, header.queries, header.from_documents != 0, {}};
        f.points.resize(header.points);
        for (CalibrationPoint& p : f.points) {
            std::memcpy(&p, bytes.data(), sizeof(p));
            bytes = bytes.subspan(sizeof(p));
            if (!std::isfinite(p.accuracy) || !std::isfinite(p.heap_factor) || p.heap_factor < 0 ||
                p.query_cut == 0) {
                return Status::corruption("section calibration: a point is out of range");
            }
        }
        frontiers.push_back(std::move(f));
    }
    return frontiers;
}

}  // namespace temblor
