// A form in which a device makes a passkey or signs by one: asks the device, writes its answer into the form, and sends that.
(() => {
  "use strict";

  const SAID = {
    NotAllowedError: "没有完成：设备没有确认，或者已经取消、超时。可以再试一次。",
    InvalidStateError: "这台设备已经有本账号的通行密钥，不用再添加。",
    SecurityError: "这个网址不能使用通行密钥，请从单位公布的网址打开工作台。",
    NotSupportedError: "这台设备不支持所需的通行密钥，请换一台设备。",
  };
  const OTHERWISE = "设备没有给出通行密钥，请再试一次，或换一台设备、换一种方式。";
  const UNKNOWN = "这个浏览器不能使用通行密钥，请换用新版的浏览器，或换一种方式。";

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const described = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const ask = async (act, request) => {
    request.challenge = bytes(request.challenge);
    if (act === "create") {
      request.user.id = bytes(request.user.id);
      request.excludeCredentials = described(request.excludeCredentials);
      return navigator.credentials.create({ publicKey: request });
    }
    request.allowCredentials = described(request.allowCredentials);
    return navigator.credentials.get({ publicKey: request });
  };

  const written = (credential) => {
    const said = credential.response;
    const response = { clientDataJSON: text(said.clientDataJSON) };
    if (said.attestationObject) {
      response.attestationObject = text(said.attestationObject);
      response.transports = said.getTransports ? said.getTransports() : [];
    } else {
      response.authenticatorData = text(said.authenticatorData);
      response.signature = text(said.signature);
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
  };

  for (const field of document.querySelectorAll("input[data-passkey]")) {
    const form = field.form;
    const message = form.querySelector("[data-passkey-said]");
    const button = form.querySelector("button");
    const say = (words) => {
      message.textContent = words;
      message.hidden = !words;
    };
    say("");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!window.PublicKeyCredential) {
        say(UNKNOWN);
        return;
      }
      say("");
      button.disabled = true;
      try {
        field.value = written(await ask(field.dataset.passkey, JSON.parse(field.dataset.request)));
        form.submit();
      } catch (error) {
        say(SAID[error.name] || OTHERWISE);
        button.disabled = false;
        button.focus();
      }
    });
  }
})();
