#pragma once

#include <string>

#include "compress/model/files/model_config.h"
#include "compress/model/torch/weight_loader.h"

namespace temblor {

/// What a family of encoders calls the parts of a layer, after "LAYERS.N.".
struct EncoderNames {
    const char* layers;  ///< "encoder.layer"
    const char* query;
    const char* key;
    const char* value;
    const char* attention_output;
    const char* attention_norm;
    const char* widen;
    const char* narrow;
    const char* output_norm;
};

const EncoderNames& encoder_names(Architecture architecture);

/// What stands before the names of the embeddings and layers in these files ("bert."), found by the
/// word embeddings; "" when they stand alone or are missing.
std::string encoder_prefix(const SafeTensors& files);

}  // namespace temblor
