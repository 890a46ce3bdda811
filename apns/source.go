package apns

// Where the rows of the tables come from: pages of Apple's documentation. What
// no page says and Apple's servers were seen to do begins with "observed:".
const (
	pages = "https://developer.apple.com/documentation/"
	users = pages + "usernotifications/"

	requestsPage    = users + "sending-notification-requests-to-apns"
	responsesPage   = users + "handling-notification-responses-from-apns"
	payloadPage     = users + "generating-a-remote-notification"
	tokenPage       = users + "establishing-a-token-based-connection-to-apns"
	certificatePage = users + "establishing-a-certificate-based-connection-to-apns"
	backgroundPage  = users + "pushing-background-updates-to-your-app"
	servicePage     = users + "modifying-content-in-newly-delivered-notifications"
	broadcastPage   = users + "sending-broadcast-push-notification-requests-to-apns"
	channelsPage    = users + "sending-channel-management-requests-to-apns"
	broadcastErrors = users + "handling-error-responses-from-apns"

	livePage         = pages + "activitykit/starting-and-updating-live-activities-with-activitykit-push-notifications"
	voipPage         = pages + "pushkit/responding-to-voip-notifications-from-pushkit"
	complicationPage = pages + "clockkit/keeping-your-complications-up-to-date"
	fileProviderPage = pages + "fileprovider/using-push-notifications-to-signal-changes"
	locationPage     = pages + "corelocation/creating-a-location-push-service-extension"
	pushToTalkPage   = pages + "pushtotalk/creating-a-push-to-talk-app"
	widgetsPage      = pages + "widgetkit/updating-widgets-with-widgetkit-push-notifications"
	controlsPage     = pages + "widgetkit/updating-controls-locally-and-remotely"
	walletPage       = pages + "walletpasses/adding-a-web-service-to-update-passes"
	mdmPage          = pages + "devicemanagement/sending-mdm-commands-to-a-device"
)

// voipTopics is where APNs was seen to refuse alert and background on topics
// that end in .voip, since September 2019; the first has the raw response.
const voipTopics = "observed: ostinelli/apnotic#87, sideshow/apns2#148, sideshow/apns2#149, PyAPNs2#87, AndrewBarba/apns2#23, pigeon#193"

// guidePage is the retired Local and Remote Notification Programming Guide.
const (
	guidePage = "https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/RemoteNotificationsPG/"

	// safariPage is the guide for websites, retired as well.
	safariPage = "https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/NotificationProgrammingGuideForWebsites/PushNotifications/PushNotifications.html"
)
