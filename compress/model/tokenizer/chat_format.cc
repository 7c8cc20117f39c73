#include "compress/model/tokenizer/chat_format.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "compress/model/tokenizer/special_token_names.h"

namespace temblor {
namespace {

struct FamilyMark {
    ChatFamily family;
    std::string_view name;
    std::string_view mark;  ///< in its template, and a token of its vocabulary
};

// Those that hold another's mark come first: Llama 2's template has Mistral's too.
constexpr std::array<FamilyMark, 5> kFamilyMarks = {
    {{ChatFamily::kLlama3, "llama3", "<|start_header_id|>"},
     {ChatFamily::kChatMl, "chatml", "<|im_start|>"},
     {ChatFamily::kPhi3, "phi3", "<|end|>"},
     {ChatFamily::kLlama2, "llama2", "<<SYS>>"},
     {ChatFamily::kMistral, "mistral", "[INST]"}}};

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\n\r\f\v";
    const size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// A prompt under construction: markup, and contents whose places are kept.
class PromptWriter {
public:
    PromptWriter& markup(std::string_view text) {
        prompt_.text += text;
        return *this;
    }
    PromptWriter& content(std::string_view text) {
        const size_t begin = prompt_.text.size();
        prompt_.text += text;
        if (!text.empty()) prompt_.contents.push_back({begin, prompt_.text.size()});
        return *this;
    }
    ChatPrompt take() { return std::move(prompt_); }

private:
    ChatPrompt prompt_;
};

Status check_messages(const std::vector<ChatMessage>& messages, bool take_turns) {
    if (messages.empty()) return Status::invalid_argument("messages: expected at least one");
    size_t turn = 0;
    for (size_t i = 0; i < messages.size(); ++i) {
        const std::string& role = messages[i].role;
        if (role == "system" && i == 0) continue;
        if (role != "user" && role != "assistant") {
            return Status::invalid_argument(
                fmt::format("messages[{}].role: expected {}\"user\" or \"assistant\", found \"{}\"",
                            i, i == 0 ? "\"system\", " : "", role));
        }
        if (take_turns && (role == "user") != (turn % 2 == 0)) {
            return Status::invalid_argument(
                fmt::format("messages[{}].role: expected \"{}\" (they take turns), found \"{}\"", i,
                            turn % 2 == 0 ? "user" : "assistant", role));
        }
        ++turn;
    }
    if (take_turns && turn == 0) {
        return Status::invalid_argument("messages: expected one of the user");
    }
    return {};
}

std::string spelling_of(const Tokenizer& tokenizer, std::optional<uint32_t> id,
                        std::string_view usual) {
    auto spelled = id ? tokenizer.token(*id) : std::nullopt;
    return spelled ? *std::move(spelled) : std::string(usual);
}

// Llama 2 and Mistral: turns within [INST].
ChatPrompt render_turns(bool llama2, const std::string& bos, const std::string& eos,
                        const std::vector<ChatMessage>& messages) {
    PromptWriter out;
    if (!llama2) out.markup(bos);
    const ChatMessage* system = messages[0].role == "system" ? messages.data() : nullptr;
    for (const ChatMessage& message : messages) {
        if (message.role == "system") continue;
        const std::string_view text =
            llama2 ? trimmed(message.content) : std::string_view(message.content);
        if (message.role == "assistant") {
            out.markup(" ").content(text).markup(llama2 ? " " : "").markup(eos);
            continue;
        }
        if (llama2) out.markup(bos);
        out.markup("[INST] ");
        if (const ChatMessage* first = std::exchange(system, nullptr)) {
            out.markup(llama2 ? "<<SYS>>\n" : "").content(first->content);
            out.markup(llama2 ? "\n<</SYS>>\n\n" : "\n\n");
        }
        out.content(text).markup(" [/INST]");
    }
    return out.take();
}

ChatPrompt render_llama3(const std::string& bos, const std::vector<ChatMessage>& messages,
                         bool add_generation_prompt) {
    PromptWriter out;
    out.markup(bos);
    const auto header = [&](std::string_view role) {
        out.markup("<|start_header_id|>").markup(role).markup("<|end_header_id|>\n\n");
    };
    for (const ChatMessage& message : messages) {
        header(message.role);
        out.content(trimmed(message.content)).markup("<|eot_id|>");
    }
    if (add_generation_prompt) header("assistant");
    return out.take();
}

ChatPrompt render_chatml(const std::vector<ChatMessage>& messages, bool add_generation_prompt) {
    PromptWriter out;
    for (const ChatMessage& message : messages) {
        out.markup("<|im_start|>").markup(message.role).markup("\n");
        out.content(message.content).markup("<|im_end|>\n");
    }
    if (add_generation_prompt) out.markup("<|im_start|>assistant\n");
    return out.take();
}

ChatPrompt render_phi3(const std::string& eos, const std::vector<ChatMessage>& messages,
                       bool add_generation_prompt) {
    PromptWriter out;
    for (const ChatMessage& message : messages) {
        out.markup("<|").markup(message.role).markup("|>\n");
        out.content(message.content).markup("<|end|>\n");
    }
    out.markup(add_generation_prompt ? std::string_view("<|assistant|>\n") : eos);
    return out.take();
}

}  // namespace

std::string_view chat_family_name(ChatFamily family) {
    for (const FamilyMark& known : kFamilyMarks) {
        if (known.family == family) return known.name;
    }
    return "";
}

Result<ChatFamily> parse_chat_family(std::string_view name) {
    for (const FamilyMark& known : kFamilyMarks) {
        if (known.name == name) return known.family;
    }
    return Status::invalid_argument(
        fmt::format("chat format \"{}\": expected llama2, llama3, mistral, chatml or phi3", name));
}

Result<ChatFamily> find_chat_family(const std::string& folder, const Tokenizer& tokenizer) {
    TEMBLOR_ASSIGN_OR_RETURN(const TokenizerConfig config, read_tokenizer_config(folder));
    for (const FamilyMark& known : kFamilyMarks) {
        if (config.chat_template && config.chat_template->find(known.mark) != std::string::npos) {
            return known.family;
        }
    }
    for (const FamilyMark& known : kFamilyMarks) {
        if (!config.chat_template && tokenizer.find(known.mark)) return known.family;
    }
    return Status::not_found(fmt::format(
        "{}: no chat format that is known here (llama2, llama3, mistral, chatml, phi3)", folder));
}

Result<ChatPrompt> render_chat(ChatFamily family, const Tokenizer& tokenizer,
                               const std::vector<ChatMessage>& messages,
                               bool add_generation_prompt) {
    const bool turns = family == ChatFamily::kLlama2 || family == ChatFamily::kMistral;
    TEMBLOR_RETURN_IF_ERROR(check_messages(messages, turns));
    const SpecialTokens& special = tokenizer.special_tokens();
    switch (family) {
        case ChatFamily::kLlama2:
        case ChatFamily::kMistral:
            return render_turns(family == ChatFamily::kLlama2,
                                spelling_of(tokenizer, special.bos, "<s>"),
                                spelling_of(tokenizer, special.eos, "</s>"), messages);
        case ChatFamily::kLlama3:
            return render_llama3(spelling_of(tokenizer, special.bos, "<|begin_of_text|>"), messages,
                                 add_generation_prompt);
        case ChatFamily::kChatMl:
            return render_chatml(messages, add_generation_prompt);
        case ChatFamily::kPhi3:
            return render_phi3(spelling_of(tokenizer, special.eos, "<|endoftext|>"), messages,
                               add_generation_prompt);
    }
    return Status::internal("chat format without a renderer");
}

Result<Encoding> encode_chat(ChatFamily family, const Tokenizer& tokenizer,
                             const std::vector<ChatMessage>& messages, bool add_generation_prompt) {
    TEMBLOR_ASSIGN_OR_RETURN(ChatPrompt prompt,
                             render_chat(family, tokenizer, messages, add_generation_prompt));
    EncodeOptions options;
    options.add_special_tokens = false;
    options.plain = std::move(prompt.contents);
    return tokenizer.encode(prompt.text, options);
}

}  // namespace temblor
