#include "compress/model/files/safetensors.h"

#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <simdjson.h>

#include "compress/model/files/safetensors_header.h"
#include "data/text/small_file.h"

namespace temblor {
namespace {

bool is_plain_file_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." &&
           name.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
}

Result<std::map<std::string, std::string>> read_weight_map(const std::string& path) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::string text, read_small_file(path));
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    simdjson::dom::object weights;
    if (parser.parse(text).get(root) != simdjson::SUCCESS) {
        return Status::corruption(path + ": not valid JSON");
    }
    if (root["weight_map"].get(weights) != simdjson::SUCCESS) {
        return Status::corruption(path + ": \"weight_map\": expected an object");
    }
    std::map<std::string, std::string> map;
    for (const simdjson::dom::key_value_pair entry : weights) {
        std::string_view shard;
        if (entry.value.get(shard) != simdjson::SUCCESS || !is_plain_file_name(shard)) {
            return Status::corruption(
                fmt::format("{}: \"weight_map\".\"{}\": expected the name of a file of this folder",
                            path, entry.key));
        }
        if (!map.emplace(entry.key, shard).second) {
            return Status::corruption(
                fmt::format("{}: \"weight_map\".\"{}\": named twice", path, entry.key));
        }
    }
    if (map.empty()) return Status::corruption(path + ": \"weight_map\": names no tensor");
    return map;
}

}  // namespace

Result<SafeTensors> SafeTensors::open(const std::string& path) {
    SafeTensors weights;
    weights.path_ = path;
    if (path.ends_with(".safetensors")) {
        TEMBLOR_RETURN_IF_ERROR(weights.add_file(path));
        return weights;
    }
    const std::string single = path + "/model.safetensors";
    const std::string index = path + "/model.safetensors.index.json";
    std::error_code ignored;
    if (std::filesystem::exists(single, ignored)) {
        TEMBLOR_RETURN_IF_ERROR(weights.add_file(single));
    } else if (std::filesystem::exists(index, ignored)) {
        TEMBLOR_RETURN_IF_ERROR(weights.open_shards(path, index));
    } else {
        return Status::not_found(path +
                                 ": neither model.safetensors nor model.safetensors.index.json");
    }
    return weights;
}

const StoredTensor* SafeTensors::find(std::string_view name) const {
    const auto found = tensors_.find(name);
    return found == tensors_.end() ? nullptr : &found->second;
}

Status SafeTensors::add_file(const std::string& path) {
    TEMBLOR_ASSIGN_OR_RETURN(auto file, MappedFile::open(path));
    TEMBLOR_ASSIGN_OR_RETURN(std::vector<StoredTensor> tensors,
                             parse_safetensors(file->bytes(), path));
    files_.push_back(std::move(file));
    for (StoredTensor& tensor : tensors) {
        std::string name = tensor.name;
        const auto [place, added] = tensors_.emplace(std::move(name), std::move(tensor));
        // Names within a file differ (parse_safetensors): the other one is another shard's.
        if (!added) {
            return Status::corruption(fmt::format("{}: tensor \"{}\": also in {}", path,
                                                  place->first, place->second.file));
        }
    }
    return Status::ok();
}

Status SafeTensors::open_shards(const std::string& folder, const std::string& index_path) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto weight_map, read_weight_map(index_path));
    std::map<std::string, std::string> first_tensor;  // of each shard
    for (const auto& [tensor, shard] : weight_map) first_tensor.emplace(shard, tensor);
    for (const auto& [shard, tensor] : first_tensor) {
        const std::string path = fmt::format("{}/{}", folder, shard);
        Status status = add_file(path);
        if (status.code() == StatusCode::kNotFound) {
            return Status::not_found(
                fmt::format("{}: no such file, though {} keeps tensor \"{}\" "
                            "there",
                            path, index_path, tensor));
        }
        if (!status.is_ok()) return status;
    }
    for (const auto& [name, shard] : weight_map) {
        const StoredTensor* tensor = find(name);
        const std::string path = fmt::format("{}/{}", folder, shard);
        if (tensor == nullptr || tensor->file != path) {
            return Status::corruption(fmt::format(
                "{}: tensor \"{}\": not in this file, though {} says so", path, name, index_path));
        }
    }
    std::erase_if(tensors_, [&](const auto& entry) { return !weight_map.contains(entry.first); });
    return Status::ok();
}

}  // namespace temblor
