"""What the start page of a trial copy shows: the stand-in for WeChat and who can log in to the demonstration."""

from config.settings import Settings
from console.start import TrialCopy, TrialLogin
from ejia.trial.demo.told import PASSWORD, kept


def trial_copy(settings: Settings) -> TrialCopy:
    """This copy, as it was set up."""
    logins = kept(settings.demonstration_file) if settings.demonstration_file else []
    return TrialCopy(
        release=settings.release,
        wechat=settings.wechat_base_url,
        password=PASSWORD,
        offices=tuple(TrialLogin(login.name, login.who) for login in logins if not login.by_wechat),
        phones=tuple(TrialLogin(login.name, login.who) for login in logins if login.by_wechat),
    )
