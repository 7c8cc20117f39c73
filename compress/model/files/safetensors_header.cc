#include "compress/model/files/safetensors_header.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <unordered_set>

#include <fmt/format.h>
#include <simdjson.h>

namespace temblor {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are read as they are stored");

Status header_error(const std::string& path, std::string_view what) {
    return Status::corruption(fmt::format("{}: header: {}", path, what));
}

Status tensor_error(const std::string& path, std::string_view name, std::string_view what) {
    return Status::corruption(fmt::format("{}: tensor \"{}\": {}", path, name, what));
}

/// The element count, or nothing when it is past 2^63 - 1.
std::optional<uint64_t> count_elements(std::span<const int64_t> shape) {
    constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
    // A zero anywhere makes the product zero, but the other sizes must be sane all the same.
    uint64_t others = 1;
    bool empty = false;
    for (const int64_t size : shape) {
        const auto wide = static_cast<uint64_t>(size);
        empty = empty || wide == 0;
        if (wide > 1 && others > kMost / wide) return std::nullopt;
        if (wide > 1) others *= wide;
    }
    return empty ? 0 : others;
}

Status read_tensor_shape(simdjson::dom::object fields, const std::string& path,
                         std::string_view name, std::vector<int64_t>& shape) {
    simdjson::dom::array sizes;
    if (fields["shape"].get(sizes) != simdjson::SUCCESS) {
        return tensor_error(path, name, "\"shape\": expected a list");
    }
    for (const simdjson::dom::element element : sizes) {
        int64_t size = 0;
        if (element.get(size) != simdjson::SUCCESS || size < 0) {
            return tensor_error(
                path, name,
                fmt::format("\"shape\"[{}]: expected a whole number from 0", shape.size()));
        }
        if (shape.size() == kMaxTensorDimensions) {
            return tensor_error(path, name,
                                fmt::format("\"shape\": more than {} dimensions (unsupported)",
                                            kMaxTensorDimensions));
        }
        shape.push_back(size);
    }
    return Status::ok();
}

Result<StoredTensor> read_tensor(std::string_view name, simdjson::dom::element value,
                                 std::span<const std::byte> data, const std::string& path) {
    simdjson::dom::object fields;
    if (value.get(fields) != simdjson::SUCCESS) {
        return tensor_error(path, name, "expected an object");
    }
    for (const simdjson::dom::key_value_pair field : fields) {
        if (field.key != "dtype" && field.key != "shape" && field.key != "data_offsets") {
            return tensor_error(path, name, fmt::format("unknown field \"{}\"", field.key));
        }
    }
    StoredTensor tensor;
    tensor.name = name;
    tensor.file = path;
    std::string_view type;
    if (fields["dtype"].get(type) != simdjson::SUCCESS) {
        return tensor_error(path, name, "\"dtype\": expected a string");
    }
    const std::optional<TensorType> parsed = parse_tensor_type(type);
    if (!parsed.has_value()) {
        return Status::unimplemented(fmt::format(
            "{}: tensor \"{}\": element type \"{}\" is not read (expected F32, F16, BF16, F64, "
            "I64, I32, I16, I8, U8 or BOOL)",
            path, name, type));
    }
    tensor.type = *parsed;
    TEMBLOR_RETURN_IF_ERROR(read_tensor_shape(fields, path, name, tensor.shape));

    simdjson::dom::array offsets;
    uint64_t begin = 0;
    uint64_t end = 0;
    if (fields["data_offsets"].get(offsets) != simdjson::SUCCESS || offsets.size() != 2 ||
        offsets.at(0).get(begin) != simdjson::SUCCESS ||
        offsets.at(1).get(end) != simdjson::SUCCESS) {
        return tensor_error(path, name, "\"data_offsets\": expected two whole numbers");
    }
    if (begin > end || end > data.size()) {
        return tensor_error(
            path, name,
            fmt::format("\"data_offsets\": {} to {} lie outside the file's {} bytes of data", begin,
                        end, data.size()));
    }
    const std::optional<uint64_t> elements = count_elements(tensor.shape);
    const uint64_t width = tensor_type_size(tensor.type);
    if (!elements.has_value() || *elements > std::numeric_limits<uint64_t>::max() / width ||
        *elements * width != end - begin) {
        return tensor_error(
            path, name,
            fmt::format("{} of shape {} does not take the {} bytes of its "
                        "\"data_offsets\"",
                        tensor_type_name(tensor.type), shape_text(tensor.shape), end - begin));
    }
    tensor.bytes = data.subspan(begin, end - begin);
    return tensor;
}

/// The tensors, sorted by place, must follow each other from the first byte to the last.
Status check_tensor_places(std::span<const StoredTensor> tensors, std::span<const std::byte> data,
                           const std::string& path) {
    const std::byte* next = data.data();
    for (const StoredTensor& tensor : tensors) {
        if (tensor.bytes.data() < next) {
            return tensor_error(path, tensor.name, "\"data_offsets\": overlaps another tensor");
        }
        if (tensor.bytes.data() > next) {
            return tensor_error(path, tensor.name,
                                fmt::format("\"data_offsets\": {} bytes before it belong to none",
                                            tensor.bytes.data() - next));
        }
        next = tensor.bytes.data() + tensor.bytes.size();
    }
    if (next != data.data() + data.size()) {
        return header_error(path, fmt::format("the last {} bytes of the file belong to no tensor",
                                              data.data() + data.size() - next));
    }
    return Status::ok();
}

}  // namespace

Result<std::vector<StoredTensor>> parse_safetensors(std::span<const std::byte> file,
                                                    const std::string& path) {
    uint64_t length = 0;
    if (file.size() < sizeof length) {
        return header_error(
            path, fmt::format("expected 8 bytes of length, the file has {}", file.size()));
    }
    std::memcpy(&length, file.data(), sizeof length);
    if (length > kMaxSafeTensorsHeader) {
        return header_error(path, fmt::format("{} bytes long (the most is {}): not a safetensors "
                                              "file",
                                              length, kMaxSafeTensorsHeader));
    }
    if (length > file.size() - sizeof length) {
        return header_error(path, fmt::format("{} bytes long, but the file has {} after its length",
                                              length, file.size() - sizeof length));
    }
    const auto* text = reinterpret_cast<const char*>(file.data()) + sizeof length;
    const std::span<const std::byte> data = file.subspan(sizeof length + length);
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    simdjson::dom::object object;
    if (parser.parse(text, length).get(root) != simdjson::SUCCESS ||
        root.get(object) != simdjson::SUCCESS) {
        return header_error(path, "expected a JSON object");
    }
    std::vector<StoredTensor> tensors;
    std::unordered_set<std::string_view> names;
    for (const simdjson::dom::key_value_pair field : object) {
        if (!names.insert(field.key).second) {
            return tensor_error(path, field.key, "named twice");
        }
        if (field.key == "__metadata__") continue;
        Result<StoredTensor> tensor = read_tensor(field.key, field.value, data, path);
        if (!tensor.is_ok()) return std::move(tensor).status();
        tensors.push_back(std::move(tensor).value());
    }
    std::sort(tensors.begin(), tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
        return a.bytes.data() != b.bytes.data() ? a.bytes.data() < b.bytes.data()
                                                : a.bytes.size() < b.bytes.size();
    });
    TEMBLOR_RETURN_IF_ERROR(check_tensor_places(tensors, data, path));
    return tensors;
}

}  // namespace temblor
