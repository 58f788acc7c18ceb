"""Client of the WeChat mini-program server API: log-in, access token, phone number."""
