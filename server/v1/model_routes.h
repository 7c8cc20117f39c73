#pragma once

#include "server/envelope.h"

namespace temblor {

/// GET /v1/models: the models that are configured, in OpenAI's shape, each with its kind.
Status models_route(Service& service, HttpRequest& request, JsonWriter& answer);

/// POST /v1/embeddings, in OpenAI's shape: `input` (a text or several), `model`,
/// `encoding_format` (float, or base64 of 32-bit floats, little endian), `dimensions` (the model's
/// own number, no other), `user` (no effect).
Status embeddings_route(Service& service, HttpRequest& request, JsonWriter& answer);

/// POST /v1/rerank, in Cohere's shape: `query`, `documents` (texts, or objects with `text`),
/// `model` (Encoders::kBm25 when there is none), `top_n`, `return_documents`. The best first, equal
/// ones in the order they came; scores are the model's own.
Status rerank_route(Service& service, HttpRequest& request, JsonWriter& answer);

}  // namespace temblor
