#pragma once

#include <string>

#include "data/status.h"

namespace temblor {

/// XXH3-128 of the files of a Hugging Face folder that decide what a model makes of a text, as 32
/// hexadecimal digits: config.json, tokenizer, weights (*.safetensors), and what
/// sentence-transformers adds. Names and contents count, the folder's place does not. Tells models
/// apart by mistake, not by intent. Reads all of them: about a second for 10 GB in memory.
/// Errors: kNotFound without a folder, kIoError.
Result<std::string> model_fingerprint(const std::string& folder);

/// The folder's last name ("splade-v3"), whatever stands before it or after it.
std::string model_name(const std::string& folder);

}  // namespace temblor
