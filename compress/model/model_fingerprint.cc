#include "compress/model/model_fingerprint.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <xxhash.h>

#include "data/io/mapped_file.h"

namespace temblor {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 11> kDecidingFiles = {"config.json",
                                                             "tokenizer.json",
                                                             "tokenizer.model",
                                                             "tokenizer_config.json",
                                                             "special_tokens_map.json",
                                                             "added_tokens.json",
                                                             "vocab.txt",
                                                             "vocab.json",
                                                             "merges.txt",
                                                             "modules.json",
                                                             "sentence_bert_config.json"};

bool decides(const fs::path& file) {
    return file.extension() == ".safetensors" ||
           std::find(kDecidingFiles.begin(), kDecidingFiles.end(), file.filename().string()) !=
               kDecidingFiles.end();
}

/// Such files of a folder and of the folders in it (1_Pooling), relative to it, in order.
Result<std::vector<std::string>> deciding_files(const std::string& folder) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) return Status::not_found(folder + ": no such folder");
    std::vector<std::string> files;
    fs::recursive_directory_iterator at(folder, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        if (at.depth() >= 1) at.disable_recursion_pending();
        std::error_code ignored;
        if (at->is_regular_file(ignored) && decides(at->path()))
            files.push_back(at->path().lexically_relative(folder).generic_string());
    }
    if (error) return Status::io_error(folder, error.value());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

Result<std::string> model_fingerprint(const std::string& folder) {
    TEMBLOR_ASSIGN_OR_RETURN(const std::vector<std::string> files, deciding_files(folder));
    const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                                XXH3_freeState);
    if (state == nullptr) return Status::resource_exhausted("out of memory");
    XXH3_128bits_reset(state.get());
    const auto add_number = [&](uint64_t number) {
        XXH3_128bits_update(state.get(), &number, sizeof(number));
    };
    const std::filesystem::path place = folder;
    for (const std::string& name : files) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto file, MappedFile::open(place / name));
        add_number(name.size());
        XXH3_128bits_update(state.get(), name.data(), name.size());
        add_number(file->bytes().size());
        XXH3_128bits_update(state.get(), file->bytes().data(), file->bytes().size());
    }
    const XXH128_hash_t hash = XXH3_128bits_digest(state.get());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::string model_name(const std::string& folder) {
    std::error_code error;
    const fs::path whole = fs::weakly_canonical(folder, error);
    const fs::path path = error ? fs::path(folder).lexically_normal() : whole;
    return path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
}

}  // namespace temblor
