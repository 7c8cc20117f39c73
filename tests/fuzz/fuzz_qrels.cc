#include <cstdint>
#include <span>

#include "data/check.h"
#include "data/formats/ids_file.h"
#include "data/formats/relevance_reader.h"

// The small text formats, and ground truth.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace temblor;
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto for_qrels = open_memory_reader("input", bytes);
    if (!for_qrels.is_ok()) return 0;
    const auto qrels = read_qrels_from(**for_qrels);
    if (qrels.is_ok()) {
        for (const auto& [query, judged] : qrels->grades) {
            TEMBLOR_CHECK(!query.empty() && !judged.empty());
        }
    }
    const auto for_ids = open_memory_reader("input", bytes);
    const auto ids = read_ids(*for_ids.value(), 3);
    if (ids.is_ok()) TEMBLOR_CHECK(ids->count() == 3 && ids->validate().is_ok());

    const auto for_truth = open_memory_reader("input", bytes);
    const auto truth = read_ground_truth_from(*for_truth.value());
    if (truth.is_ok()) {
        TEMBLOR_CHECK(truth->rows.size() == uint64_t{truth->queries} * truth->k);
    }
    return 0;
}
