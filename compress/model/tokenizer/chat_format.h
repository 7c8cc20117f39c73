#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compress/model/tokenizer/tokenizer.h"

namespace temblor {

struct ChatMessage {
    std::string role;  ///< "system", "user" or "assistant"
    std::string content;
};

/// How models were taught to see a conversation.
enum class ChatFamily : uint8_t {
    kLlama2,   ///< [INST] <<SYS>>...<</SYS>> ... [/INST]
    kLlama3,   ///< <|start_header_id|>user<|end_header_id|> ... <|eot_id|>
    kMistral,  ///< [INST] ... [/INST]
    kChatMl,   ///< <|im_start|>user ... <|im_end|> (Qwen and many others)
    kPhi3,     ///< <|user|> ... <|end|>
};

/// "llama2", "llama3", "mistral", "chatml", "phi3".
std::string_view chat_family_name(ChatFamily family);
/// Errors: kInvalidArgument with the names there are.
Result<ChatFamily> parse_chat_family(std::string_view name);
/// The family of a model's folder: by what its chat template holds (tokenizer_config.json,
/// chat_template.jinja), else by the tokens of its vocabulary. Errors: kNotFound if nothing tells.
Result<ChatFamily> find_chat_family(const std::string& folder, const Tokenizer& tokenizer);

/// A conversation as one text.
struct ChatPrompt {
    std::string text;
    /// Where in it the messages stand, for EncodeOptions::plain: what they hold is no markup.
    std::vector<ByteSpan> contents;
};

/// As the family's usual template has it (transformers' apply_chat_template): no system message is
/// added; a system message of a family that has none stands before the first user's. With
/// `add_generation_prompt` it ends where the assistant begins to speak. Errors: kInvalidArgument
/// for an unknown role, a system message that is not the first, no message, or, with Llama 2 and
/// Mistral, users and assistants that do not take turns.
Result<ChatPrompt> render_chat(ChatFamily family, const Tokenizer& tokenizer,
                               const std::vector<ChatMessage>& messages,
                               bool add_generation_prompt);

/// The tokens of render_chat(). Special tokens that a message spells are ordinary text. Offsets
/// count in the rendered text.
Result<Encoding> encode_chat(ChatFamily family, const Tokenizer& tokenizer,
                             const std::vector<ChatMessage>& messages, bool add_generation_prompt);

}  // namespace temblor
