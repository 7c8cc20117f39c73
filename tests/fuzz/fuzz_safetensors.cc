#include <cstdint>
#include <span>

#include "compress/model/files/model_config.h"
#include "compress/model/files/safetensors_header.h"
#include "data/check.h"

// Any bytes as a safetensors file, and as a config.json: tensors that are accepted lie within.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace temblor;
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto tensors = parse_safetensors(bytes, "input");
    if (tensors.is_ok()) {
        for (const StoredTensor& tensor : *tensors) {
            const auto begin = static_cast<size_t>(tensor.bytes.data() - bytes.data());
            TEMBLOR_CHECK(begin <= size && tensor.bytes.size() <= size - begin);
            size_t elements = 1;
            for (const int64_t extent : tensor.shape) elements *= static_cast<size_t>(extent);
            TEMBLOR_CHECK(elements * tensor_type_size(tensor.type) == tensor.bytes.size());
        }
    }
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto config = ModelConfig::parse(text, "input");
    if (config.is_ok()) TEMBLOR_CHECK(config->head_size > 0 && config->layers > 0);
    return 0;
}
